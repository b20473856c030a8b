"""Who belongs where now: asks stages and segments about customers, and writes what has changed.

Definitions are asked level by level: one that reads the stage or a segment sees what was written before.
The caller holds the events' lock and the customers' rows.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection

from config import work
from customers.definitions import NUMBERS, Definition, load_definitions, slug_of
from customers.events import NewEvent, write_events
from customers.rules import Depends
from customers.verdicts import Verdict, verdicts


def classify(customer_ids: Iterable[int], now: datetime, changed: Depends | None = None) -> None:
    """Bring stage, segments and the time of the next look up to date for these customers, with their events.

    `changed` says what is new about them; only what reads some of it is asked. None: everything is asked.
    """
    _classify(customer_ids, now, lambda definition: changed is None or definition.depends.meets(changed))


def classify_by(names: Collection[str], customer_ids: Iterable[int], now: datetime) -> None:
    """The same for the definitions of these names, and for those that read what changes by it."""
    _classify(customer_ids, now, lambda definition: definition.name in names)


def _classify(customer_ids: Iterable[int], now: datetime, is_asked: Callable[[Definition], bool]) -> None:
    ids = sorted(set(customer_ids))
    news, whose = Depends(), set[int]()
    for level in load_definitions():
        asked = [one for one in level if is_asked(one)]
        following = [one for one in level if one not in asked and one.depends.meets(news)]
        found = [(asked, verdicts(asked, ids, now))] if asked and ids else []
        found += [(following, verdicts(following, sorted(whose), now))] if following else []
        for definitions, changes in found:
            _write(changes, definitions, now)
            news, whose = _told(definitions, changes, news, whose)


def _told(
    definitions: Sequence[Definition], changes: Sequence[Verdict], news: Depends, whose: set[int]
) -> tuple[Depends, set[int]]:
    """What later levels must know: what has changed, and for whom."""
    moved = {one.customer_id for one in changes if one.to_stage or one.is_in != one.was_in}
    if moved:
        for definition in definitions:
            news |= definition.means
    return news, whose | moved


UPDATE = """
    UPDATE customers_customer AS customer
    SET stage_id = coalesce(new.stage, customer.stage_id),
        stage_since = CASE WHEN new.stage IS NULL THEN customer.stage_since ELSE %s END,
        recheck_at = least(customer.recheck_at, new.recheck_at)
    FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS new (id, stage, recheck_at)
    WHERE customer.id = new.id
"""
MOVE = """
    INSERT INTO customers_stagemove (customer_id, from_stage_id, to_stage_id, moved_at)
    SELECT moved.id, moved.from_stage, moved.to_stage, %s
    FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[]) AS moved (id, from_stage, to_stage)
"""
LEAVE = """
    UPDATE customers_membership AS stay SET left_at = %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS gone (segment, customer)
    WHERE stay.customer_id = gone.customer AND stay.segment_id = gone.segment AND stay.left_at IS NULL
"""
ENTER = """
    INSERT INTO customers_membership (segment_id, customer_id, entered_at)
    SELECT new.segment, new.customer, %s FROM unnest(%s::bigint[], %s::bigint[]) AS new (segment, customer)
"""


def _write(changes: Sequence[Verdict], definitions: Sequence[Definition], now: datetime) -> None:
    """One statement for each kind of change that there is."""
    touched = [one for one in changes if one.to_stage or one.recheck_at]
    moves = [one for one in changes if one.to_stage]
    left = [
        (segment, one.customer_id) for one in changes for segment in one.was_in if segment not in one.is_in
    ]
    entered = [
        (segment, one.customer_id) for one in changes for segment in one.is_in if segment not in one.was_in
    ]
    with connection.cursor() as cursor:
        if touched:
            rows = [(one.customer_id, one.to_stage, one.recheck_at) for one in touched]
            cursor.execute(UPDATE, [now, *map(list, zip(*rows, strict=True))])
        if moves:
            steps = [(one.customer_id, one.from_stage, one.to_stage) for one in moves]
            cursor.execute(MOVE, [now, *map(list, zip(*steps, strict=True))])
        if left:
            cursor.execute(LEAVE, [now, *map(list, zip(*left, strict=True))])
        if entered:
            cursor.execute(ENTER, [now, *map(list, zip(*entered, strict=True))])
    _tell(moves, left, entered, {one.rules[0][0]: slug_of(one.name) for one in definitions}, now)


def _tell(
    moves: Sequence[Verdict],
    left: Sequence[tuple[int, int]],
    entered: Sequence[tuple[int, int]],
    slugs: dict[int, str],
    now: datetime,
) -> None:
    """Each change as an event of its customer, and a wake-up for who listens."""
    events = [
        NewEvent(
            one.customer_id,
            "$stage_changed",
            now,
            {"from": NUMBERS.get(one.from_stage or 0), "to": NUMBERS[one.to_stage]},
        )
        for one in moves
        if one.to_stage
    ]
    events += [NewEvent(of, "$segment_left", now, {"segment": slugs[segment]}) for segment, of in left]
    events += [NewEvent(of, "$segment_entered", now, {"segment": slugs[segment]}) for segment, of in entered]
    if events:
        write_events(events, now)
        work.wake("journeys.listen")
