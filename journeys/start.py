"""Starts: what publishing arranges, and members who enter together, some thousands at a time.

A chunk is a transaction of its own, which keeps how far it came: one that dies goes on where it stood.
Between the chunks the engine advances those who are in, and the gate sends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import connection, transaction

from config import work
from config.database import LOCKS
from journeys.dates import look_up_dates
from journeys.enroll import Candidate, let_in
from journeys.entrances import Entrance, lock_entrances
from journeys.entry import Trigger
from journeys.graph import Graph
from journeys.models import Journey, Start
from journeys.versions import graphs_of

CHUNK = 2500
LATEST = timedelta(
    days=1
)  # a run that could not begin for so long, for we were off or paused, is passed over
EVENT = "$started"  # the name of the entering event

# Both ask tables of some hundred rows.
BEGIN_DUE = """
    EXISTS (SELECT FROM journeys_journey
            WHERE state = 'live' AND live_version_id IS DISTINCT FROM begun_version_id)
"""
START_DUE = """
    coalesce((SELECT min(start.at) FROM journeys_start start
              JOIN journeys_journey journey
                ON journey.live_version_id = start.version_id AND journey.state = 'live'
              WHERE start.finished_at IS NULL) <= %(now)s, false)
"""
# One worker starts, so that the others are free to advance those who are in.
ALONE = f"SELECT pg_try_advisory_xact_lock({LOCKS}, 62)"
NEXT = """
    SELECT start.id, start.journey_id FROM journeys_start start
    JOIN journeys_journey journey ON journey.live_version_id = start.version_id AND journey.state = 'live'
    WHERE start.finished_at IS NULL AND start.at <= %s ORDER BY start.at, start.id LIMIT 1
"""
# Plan: the index one_stay_at_a_time, from the last one on.
MEMBERS = """
    SELECT member.customer_id FROM customers_membership member
    WHERE member.segment_id = (SELECT id FROM customers_segment WHERE slug = %(segment)s)
      AND member.left_at IS NULL AND member.customer_id > %(after)s AND member.entered_at <= %(at)s
    ORDER BY member.customer_id LIMIT %(limit)s
"""
# Plan: the primary key, from the last one on: all chunks together read the table once.
IN_STAGE = """
    SELECT id FROM customers_customer
    WHERE stage_id = (SELECT number FROM customers_stage WHERE slug = %(stage)s)
      AND id > %(after)s AND stage_since <= %(at)s
    ORDER BY id LIMIT %(limit)s
"""


@transaction.atomic
def begin(now: datetime) -> int:
    """Arrange what a version that has gone live needs: its members' start, its runs, its dates."""
    journey = (
        Journey.objects.select_for_update(no_key=True)
        .filter(state=Journey.State.LIVE, live_version__isnull=False)
        .extra(where=["live_version_id IS DISTINCT FROM begun_version_id"])
        .order_by("pk")
        .first()
    )
    if journey is None or journey.live_version is None:
        return 0
    _arrange(journey, now)
    journey.begun_version = journey.live_version
    journey.save(update_fields=["begun_version"])
    work.wake("journeys.start")
    return 1


def _arrange(journey: Journey, now: datetime) -> None:
    """Begin anew, unless the version before it had the very same trigger: then what is under way goes on."""
    live = journey.live_version
    assert live is not None  # noqa: S101 - of a live journey
    graphs = graphs_of({live.pk} | ({journey.begun_version_id} if journey.begun_version_id else set()))
    trigger, before = _trigger(graphs.get(live.pk)), _trigger(graphs.get(journey.begun_version_id or 0))
    under_way = Start.objects.filter(journey=journey, finished_at=None)
    if trigger is not None and before is not None and _occasion(trigger) == _occasion(before):
        under_way.update(version=live)
        return
    under_way.update(finished_at=now)
    if trigger is None:
        return
    if trigger.customer_date:
        Start.objects.create(journey=journey, version=live, what=Start.What.DATES, at=live.published_at)
    _plan_next(journey.pk, live.pk, trigger, None, live.published_at)


def _trigger(graph: Graph | Exception | None) -> Trigger | None:
    return graph.trigger if isinstance(graph, Graph) else None


def _occasion(trigger: Trigger) -> tuple[str, str]:
    """What a trigger is set off by, without whom it lets in."""
    return trigger.kind, trigger.model_dump_json(exclude={"entry", "rule"})


def _plan_next(
    journey_id: int, version_id: int, trigger: Trigger, last: datetime | None, now: datetime
) -> None:
    at, members = trigger.next_start(last, now), trigger.members
    if at is not None and members is not None:
        Start.objects.create(
            journey_id=journey_id, version_id=version_id, at=at, segment=members.segment, stage=members.stage
        )


def start_members(now: datetime, limit: int = CHUNK) -> int:
    """See to the next customers of the start that has been due longest; returns how many, at least 1."""
    with work.redoable(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(NEXT, [now])
        if (found := cursor.fetchone()) is None:
            return 0
        start_id, journey_id = found
        opened = lock_entrances([journey_id])
        start = Start.objects.select_for_update(no_key=True).get(pk=start_id)
        if not opened or start.finished_at or start.version_id != opened[0].version_id:
            return 0
        return max(1, _chunk(start, opened[0], now, limit))


def _chunk(start: Start, entrance: Entrance, now: datetime, limit: int) -> int:
    """The next customers of a start; the last chunk finishes it, and plans the run after it."""
    is_over = start.last_id == 0 and now - start.at > LATEST and entrance.graph.trigger.is_timely
    seen: Sequence[int] = []
    if not is_over and start.what == Start.What.DATES:
        seen = look_up_dates(entrance, start.last_id, limit, now)
    elif not is_over:
        seen = _let_in(start, entrance, now, limit)
    start.last_id = seen[-1] if seen else start.last_id
    if len(seen) < limit:
        start.finished_at = now
        if start.what == Start.What.MEMBERS:
            _plan_next(start.journey_id, entrance.version_id, entrance.graph.trigger, start.at, now)
    start.save(update_fields=["last_id", "entered", "refused", "finished_at"])
    return len(seen)


def _let_in(start: Start, entrance: Entrance, now: datetime, limit: int) -> list[int]:
    named = {"segment": start.segment, "stage": start.stage}
    with connection.cursor() as cursor:
        cursor.execute(
            MEMBERS if start.segment else IN_STAGE,
            named | {"after": start.last_id, "at": start.at, "limit": limit},
        )
        ids = [row[0] for row in cursor.fetchall()]
    context = {
        "name": EVENT,
        "occurred_at": start.at.isoformat(),
        "properties": {name: slug for name, slug in named.items() if slug},
    }
    written = msgspec.json.encode(context).decode()
    verdicts = let_in([Candidate(entrance, of, context=written) for of in ids], now)
    start.entered += verdicts.count(None)
    start.refused += len(verdicts) - verdicts.count(None)
    return ids
