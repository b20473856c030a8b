from datetime import timedelta

import pytest

from config.templatetags.sette import DASH, about, exit_name, share, stage_words

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(1, 6, "17 %"), (2, 3, "67 %"), (5, 5, "100 %"), (0, 5, "0 %"), (1, 40, "2.5 %"), (1, 9999, "< 0.1 %")],
)
def test_share_is_rounded(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(minutes=90), "90 minutes"),
        (HOUR, "1 hour"),
        (5.4 * HOUR, "5 hours"),
        (47 * HOUR, "47 hours"),
        (61 * HOUR, "3 days"),
        (None, DASH),
    ],
)
def test_about_tells_a_length_in_one_unit(span: timedelta | None, said: str) -> None:
    assert about(span) == said


def test_stage_words_name_a_stage_by_its_number() -> None:
    assert [stage_words(number) for number in (0, "6", 7)] == ["no stage yet", "6 use", "7 advocacy"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("finished", "came to its end"),
        ("goal:order", "reached the goal order"),
        ("lost: a cart", "lost: a cart"),
    ],
)
def test_exit_is_told_in_words(reason: str, said: str) -> None:
    assert exit_name(reason) == said
