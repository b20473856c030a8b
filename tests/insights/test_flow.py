from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from customers.models import Customer, StageMove
from insights.flow import MOVES, flow_report, quantile
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
    return [
        (one.start and one.start.number, one.end.number, one.moves, one.stays, one.median)
        for one in flow_report(start, end, now).transitions
    ]


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


def test_flow_reads_the_index_of_moments_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {MOVES}", {"start": NOON, "end": NOON + DAY})
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Index Only Scan using stage_move_at" in plan
