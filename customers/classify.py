"""Who belongs where now: asks stages and segments about customers, and writes what has changed.

Definitions are asked level by level: one that reads the stage or a segment sees what was written before.
The caller holds the events' lock and the customers' rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import chain

from django.db import connection

from config import work
from customers.definitions import NUMBERS, STAGE, Definition, load_definitions, slug_of
from customers.events import NewEvent, write_events
from customers.rules import Depends
from customers.verdicts import Verdict, verdicts

Levels = Sequence[Sequence[Definition]]
MOST_GROUPS = 8  # queries of one batch: beyond it, asking a little too much costs less than another query


def classify(customer_ids: Iterable[int], now: datetime, changed: Depends | None = None) -> None:
    """Bring stage, segments and the time of the next look up to date for these customers, with their events.

    `changed` says what is new about them; only what reads some of it is asked. None: everything is asked.
    """
    levels = load_definitions()
    names = {one.name for one in chain(*levels) if changed is None or one.depends.meets(changed)}
    _classify(levels, names, customer_ids, now)


def classify_news(news: Mapping[int, Depends], now: datetime) -> None:
    """The same for customers who each have news of their own: nobody is asked what only others have."""
    levels = load_definitions()
    touched = {
        told: frozenset(one.name for one in chain(*levels) if one.depends.meets(told))
        for told in set(news.values())
    }
    groups: dict[frozenset[str], list[int]] = {}
    for customer_id, told in news.items():
        groups.setdefault(touched[told], []).append(customer_id)
    groups.pop(frozenset(), None)
    for names, ids in _few(groups):
        _classify(levels, names, ids, now)


def _few(groups: Mapping[frozenset[str], list[int]]) -> list[tuple[frozenset[str], list[int]]]:
    """At most MOST_GROUPS groups: the smallest become one, which is asked all that one of them is."""
    by_size = sorted(groups.items(), key=lambda group: len(group[1]), reverse=True)
    few, rest = by_size[: MOST_GROUPS - 1], by_size[MOST_GROUPS - 1 :]
    if rest:
        names = frozenset(name for group, _ids in rest for name in group)
        few.append((names, [customer_id for _group, ids in rest for customer_id in ids]))
    return few


def classify_by(names: AbstractSet[str], customer_ids: Iterable[int], now: datetime) -> None:
    """The same for the definitions of these names, and for those that read what changes by it."""
    _classify(load_definitions(), names, customer_ids, now)


def _classify(levels: Levels, names: AbstractSet[str], customer_ids: Iterable[int], now: datetime) -> None:
    ids = sorted(set(customer_ids))
    if not ids or not names:
        return
    news, whose = Depends(), set[int]()
    timed = _timed(levels, names)
    asks_all = names >= {one.name for one in chain(*levels)}
    for level in levels:
        asked = [one for one in level if one.name in names]
        following = [one for one in level if one.name not in names and one.depends.meets(news)]
        found = [(asked, verdicts(asked, ids, now, timed, asks_all=asks_all))] if asked else []
        timed = None if asked else timed  # once: what later levels change can only make it earlier
        found += [(following, verdicts(following, sorted(whose), now))] if following else []
        for definitions, changes in found:
            _write(changes, definitions, now)
            news, whose = _told(definitions, changes, news, whose)


def _timed(levels: Levels, names: AbstractSet[str]) -> list[Definition] | None:
    """All definitions, where to ask them all when they next turn costs less than to come for nothing."""
    every = list(chain(*levels))
    asked = sum(len(one.rules) for one in every if one.name in names)
    return every if 2 * asked >= sum(len(one.rules) for one in every) else None


def _told(
    definitions: Sequence[Definition], changes: Sequence[Verdict], news: Depends, whose: set[int]
) -> tuple[Depends, set[int]]:
    """What later levels must know: what has changed, and for whom."""
    moved = {one.customer_id for one in changes if one.moves or one.is_hold_over or one.is_in != one.was_in}
    if moved:
        for definition in definitions:
            news |= definition.means
    return news, whose | moved


UPDATE = """
    UPDATE customers_customer AS customer
    SET stage_id = coalesce(new.stage, customer.stage_id),
        stage_since = CASE WHEN new.stage IS NULL THEN customer.stage_since ELSE %s END,
        recheck_at = new.recheck_at
    FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS new (id, stage, recheck_at)
    WHERE customer.id = new.id
"""
# Into a stage in which a person has put the customer, the move is theirs.
MOVE = """
    INSERT INTO customers_stagemove
        (customer_id, from_stage_id, to_stage_id, from_since, moved_at, moved_by, reason)
    SELECT moved.id, moved.from_stage, moved.to_stage, moved.since, %s,
           coalesce(hold.held_by, ''), coalesce(hold.reason, '')
    FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::timestamptz[])
             WITH ORDINALITY AS moved (id, from_stage, to_stage, since, place)
    LEFT JOIN customers_stagehold AS hold
           ON hold.customer_id = moved.id AND hold.stage_id = moved.to_stage AND hold.ended_at IS NULL
    ORDER BY place
    RETURNING customer_id, from_stage_id, to_stage_id, moved_by, reason
"""
RELEASE = """
    UPDATE customers_stagehold SET ended_at = %s WHERE customer_id = ANY(%s) AND ended_at IS NULL
    RETURNING customer_id, stage_id
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
    touched = [one for one in changes if one.moves or one.is_recheck_new]
    over = [one.customer_id for one in changes if one.is_hold_over]
    steps = [step for one in changes for step in _steps(one, now)]
    left = [
        (segment, one.customer_id) for one in changes for segment in one.was_in if segment not in one.is_in
    ]
    entered = [
        (segment, one.customer_id) for one in changes for segment in one.is_in if segment not in one.was_in
    ]
    events: list[NewEvent] = []
    with connection.cursor() as cursor:
        if touched:
            rows = [(one.customer_id, one.path[-1] if one.moves else None, one.recheck_at) for one in touched]
            cursor.execute(UPDATE, [now, *map(list, zip(*rows, strict=True))])
        if over:
            cursor.execute(RELEASE, [now, over])
            events += [_released(now, *row) for row in cursor.fetchall()]
        if steps:
            cursor.execute(MOVE, [now, *map(list, zip(*steps, strict=True))])
            events += [_moved(now, of, (start, end), *why) for of, start, end, *why in cursor.fetchall()]
        if left:
            cursor.execute(LEAVE, [now, *map(list, zip(*left, strict=True))])
        if entered:
            cursor.execute(ENTER, [now, *map(list, zip(*entered, strict=True))])
    slugs = {one.rules[0][0]: slug_of(one.name) for one in definitions if one.name != STAGE}
    events += [NewEvent(of, "$segment_left", now, {"segment": slugs[segment]}) for segment, of in left]
    events += [NewEvent(of, "$segment_entered", now, {"segment": slugs[segment]}) for segment, of in entered]
    if events:
        write_events(events, now)
        work.wake("journeys.listen")


def _steps(one: Verdict, now: datetime) -> list[tuple[int, int | None, int, datetime | None]]:
    """The moves of one customer as rows; into all stages but the first they came just now."""
    return [
        (one.customer_id, start, end, now if place else one.from_since)
        for place, (start, end) in enumerate(one.moves)
    ]


def _moved(now: datetime, customer_id: int, way: tuple[int | None, int], by: str, reason: str) -> NewEvent:
    told = {"from": NUMBERS.get(way[0] or 0), "to": NUMBERS[way[1]]}
    return NewEvent(customer_id, "$stage_changed", now, told | ({"by": by, "reason": reason} if by else {}))


def _released(now: datetime, customer_id: int, stage: int) -> NewEvent:
    return NewEvent(customer_id, "$stage_released", now, {"stage": NUMBERS[stage]})
