from datetime import datetime, timedelta
from math import sqrt

import pytest

from customers.models import StageMove
from insights.barriers import barriers
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
BEGIN = NOON - 90 * DAY


def stay(since: datetime, until: datetime | None = None, stage: int = 3, end: int = 4) -> None:
    """Somebody who came to the stage, and left it for another one or stands there still."""
    here, at = (stage, since) if until is None else (end, until)
    person = customer(stage_id=here, stage_since=at)
    StageMove.objects.create(customer=person, to_stage_id=stage, moved_at=since)
    if until:
        StageMove.objects.create(
            customer=person, from_stage_id=stage, to_stage_id=end, moved_at=until, from_since=since
        )


def year_before() -> None:
    """Ten stays of 1 to 10 days, all over before the window: half of them within 5 days."""
    for days in range(1, 11):
        since = BEGIN - 100 * DAY
        stay(since, since + days * DAY)


def test_barrier_is_where_more_stand_longer_than_expected() -> None:
    year_before()
    for _ in range(8):
        stay(NOON - 6 * DAY)  # of the year before 4 of 10 stayed for longer than 6 days
    stay(NOON - 6 * DAY, NOON - 5 * DAY)
    stay(NOON - 2 * DAY)  # too short to count

    found = barriers(NOON, 90)[2]

    assert (found.stage.slug, found.standing, found.usual) == ("interest", 9, 5 * DAY)
    assert (found.beyond, found.earlier) == (8, 10)
    assert found.expected == pytest.approx(9 * 0.4)
    assert found.deviation == pytest.approx(sqrt(9 * 0.4 * 0.6))
    assert found.is_barrier


def test_no_barrier_where_chance_may_be_the_reason() -> None:
    year_before()
    for _ in range(4):
        stay(NOON - 6 * DAY)
    for _ in range(5):
        stay(NOON - 6 * DAY, NOON - 2 * DAY)

    found = barriers(NOON, 90)[2]

    assert (found.beyond, found.is_barrier) == (4, False)
    assert 0 < found.excess < found.margin


def test_who_stood_there_when_the_window_began_is_measured_from_there() -> None:
    year_before()
    stay(BEGIN - 2 * DAY, NOON - 80 * DAY)  # open at the beginning, after 2 days

    found = barriers(NOON, 90)[2]

    assert found.earlier == 11
    assert found.expected == 0  # nobody of the year before stayed for 92 days


def test_stays_that_go_on_make_the_usual_time_longer() -> None:
    for days in range(1, 11):
        stay(BEGIN - 100 * DAY, BEGIN - 100 * DAY + days * DAY)
    short = barriers(NOON, 90)[2].usual
    for _ in range(5):
        stay(BEGIN - 100 * DAY)

    assert (short, barriers(NOON, 90)[2].usual) == (5 * DAY, 8 * DAY)


def test_without_earlier_stays_nothing_is_expected() -> None:
    stay(NOON - HOUR)

    found = barriers(NOON, 90)

    assert [(one.usual, one.is_barrier) for one in found] == [(None, False)] * 7
    assert (found[2].standing, found[2].earlier) == (1, 0)


def test_stays_older_than_the_year_count_for_nothing() -> None:
    old = BEGIN - timedelta(days=366)
    stay(old, old + DAY)

    assert barriers(NOON, 90)[2].earlier == 0


def test_a_way_onward_is_a_barrier_where_fewer_than_expected_take_it() -> None:
    for days in range(1, 11):  # of the year before half went on, within 5 days, and half went back
        since = BEGIN - 100 * DAY
        stay(since, since + days * DAY, end=4 if days <= 5 else 2)
    for number in range(20):
        stay(NOON - 20 * DAY, NOON - 19 * DAY, end=4 if number < 2 else 2)

    (onward,) = barriers(NOON, 90)[2].onward

    assert (onward.end.slug, onward.went) == ("consideration", 2)
    assert (onward.expected, onward.deviation) == (pytest.approx(10), pytest.approx(sqrt(5)))
    assert (onward.missing, onward.is_barrier) == (pytest.approx(8), True)


def test_who_has_stood_there_for_long_is_expected_by_the_rest_of_the_way() -> None:
    for days in range(1, 11):
        since = BEGIN - 100 * DAY
        stay(since, since + days * DAY, end=4 if days <= 5 else 5)
    for _ in range(8):
        stay(BEGIN - 3 * DAY, BEGIN + DAY)  # at the beginning they had stood there for 3 days

    on, further = barriers(NOON, 90)[2].onward

    # These 8 were seen for 3 days then; of the 7 who stayed longer 2 went on, and 5, later, further.
    assert (on.went, on.expected) == (8, pytest.approx(8 * 2 / 7))
    assert (further.went, further.expected) == (0, pytest.approx(8 * 5 / 7))
    assert not on.is_barrier
    assert further.is_barrier
