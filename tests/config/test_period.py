from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config.period import Period
from tests.builders import DAY, NOON

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("7", 7),
        ("365", 365),
        (None, 30),
        ("", 30),
        ("8", 30),
        ("\N{ARABIC-INDIC DIGIT SEVEN}", 30),
        ("9" * 99, 30),
    ],
)
def test_period_is_one_of_the_choices(asked: str | None, days: int) -> None:
    period = Period.of(asked, NOON)

    assert (period.days, period.start, period.end) == (days, NOON - days * DAY, NOON)


def test_between_two_days_both_are_whole_in_the_readers_zone() -> None:
    period = Period.between({"from": "2025-02-01", "to": "2025-02-28"}, NOON, ROME)

    assert period.start == datetime(2025, 2, 1, tzinfo=ROME)
    assert period.end == datetime(2025, 3, 1, tzinfo=ROME)
    assert period.label == "28 days"


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2025-02-30", "to": "2025-03-01"},
        {"from": "2025-03-02", "to": "2025-03-01"},
        {"from": "1900-01-01", "to": "2025-03-01"},
        {"from": "2025-03-01", "to": "9999-12-31"},
        {"from": "2025-03-01"},
        {},
    ],
)
def test_between_days_that_are_none_is_the_usual_period(asked: dict[str, str]) -> None:
    assert Period.chosen(asked, ROME) is None
    assert Period.between(asked, NOON, ROME) == Period.of(None, NOON)
    assert Period.between(asked | {"days": "7"}, NOON, ROME) == Period.of("7", NOON)
