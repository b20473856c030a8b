from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from customers.models import Customer, StageMove
from customers.tallies import STAYS, ended_stays
from insights.flow import flow_report, quantile
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def way(*stops: tuple[int, Any]) -> Customer:
    """A customer with moves to these stages at these moments."""
    number, since = stops[-1]
    person = customer(stage_id=number, stage_since=since)
    before: tuple[int | None, Any] = (None, None)
    for stage, at in stops:
        StageMove.objects.create(
            customer=person, from_stage_id=before[0], to_stage_id=stage, moved_at=at, from_since=before[1]
        )
        before = stage, at
    return person


def told(start: Any, end: Any, now: Any) -> list[Any]:
    ways = [
        (one.start and one.start.number, one.end.number, one.moves, one.stays, one.median)
        for one in flow_report(start, end, now).transitions
    ]
    return sorted(ways, key=lambda way: (way[0] or 0, way[1]))


def test_flow_counts_moves_with_their_share_and_median() -> None:
    way((1, NOON), (2, NOON + 30 * MINUTE), (1, NOON + DAY), (2, NOON + 2 * DAY))
    way((1, NOON), (2, NOON + 90 * MINUTE))
    way((1, NOON), (3, NOON + 3 * DAY))
    way((1, NOON))

    found = flow_report(NOON + MINUTE, NOON + 9 * DAY, NOON + 9 * DAY)

    assert sorted(told(NOON + MINUTE, NOON + 9 * DAY, NOON + 9 * DAY)) == [
        (1, 2, 3, 5, 90 * MINUTE),
        (1, 3, 1, 5, 3 * DAY),
        (2, 1, 1, 3, 23 * HOUR),
    ]
    assert (found.moves, found.returns) == (5, 1)
    awareness = found.stays[0]
    assert (awareness.came, awareness.left, awareness.standing) == (1, 4, 1)
    assert (awareness.lower, awareness.median, awareness.upper) == (30 * MINUTE, 90 * MINUTE, DAY)


def test_flow_takes_the_moves_of_the_period_alone() -> None:
    way((1, NOON), (2, NOON + DAY), (3, NOON + 2 * DAY), (4, NOON + 3 * DAY))

    assert told(NOON + DAY, NOON + 3 * DAY, NOON + 9 * DAY) == [
        (1, 2, 1, 1, DAY),
        (2, 3, 1, 1, DAY),
    ]
    stays = flow_report(NOON, NOON + 3 * DAY, NOON + 9 * DAY).stays
    assert [stay.standing for stay in stays] == [0, 0, 1, 0, 0, 0, 0]


def test_first_stages_have_no_share_and_no_time() -> None:
    way((1, NOON))

    assert told(NOON, NOON + DAY, NOON + DAY) == [(None, 1, 1, 0, None)]


def test_times_are_told_to_the_minute_the_hour_and_the_day() -> None:
    stays = [59 * MINUTE + timedelta(seconds=59), 5 * HOUR + 59 * MINUTE, 70 * DAY + 23 * HOUR]
    for stay in stays:
        way((1, NOON), (2, NOON + stay))

    stay = flow_report(NOON, NOON + 99 * DAY, NOON + 99 * DAY).stays[0]

    assert (stay.lower, stay.median, stay.upper) == (59 * MINUTE, 5 * HOUR, 70 * DAY)


def test_quantile_of_nothing_is_none() -> None:
    assert quantile({}, 0.5) is None


@pytest.mark.parametrize("is_folded", [False, True])
@pytest.mark.parametrize(
    ("start", "end"),
    [(-2, 60), (0, 24), (11, 35), (10.5, 50.25), (11, 59), (3, 9), (10.9, 11.1)],
    ids=["all", "noons", "days", "parts of days", "two days", "within a day", "about midnight"],
)
def test_days_off_the_tally_and_the_rest_off_the_moves_make_any_period(
    start: float, end: float, *, is_folded: bool
) -> None:
    for number in range(12):
        way((1, NOON), (2, NOON + number * 5 * HOUR + MINUTE), (1, NOON + 55 * HOUR))
    if is_folded:
        STAYS.fold()
    first, last = NOON + start * HOUR, NOON + end * HOUR  # midnight in Rome comes eleven hours after NOON

    counted = Counter(
        (move.from_stage_id or 0, move.to_stage_id, move.lasted or 0)
        for move in StageMove.objects.filter(moved_at__gte=first, moved_at__lt=last)
    )

    found = ended_stays(first, last)
    assert {(*way, lasted): many for way, spent in found.items() for lasted, many in spent.items()} == counted
    assert STAYS.recount(NOON) == 0
