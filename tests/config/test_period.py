import pytest

from config.period import Period
from tests.builders import DAY, NOON


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
