"""Whose turn it is at rate gates. Their rows are locked until the commit, all at once and in one order.

So a batch asks only for those who stood at a gate when it claimed them: two workers can't wait for each
other, and what they let through together is never too much.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from journeys.rate import Arrival, Use, as_json, of_json, take_turns
from journeys.step import Rate, Turn
from journeys.told.teller import Answers, Teller
from journeys.walk import Claimed, Walk

ASKED = """
    FROM unnest(%(versions)s::bigint[], %(steps)s::text[]) AS asked (version_id, step)
    JOIN journeys_journeyversion version ON version.id = asked.version_id
"""
MAKE = f"""
    INSERT INTO journeys_rateuse (journey_id, step)
    SELECT DISTINCT version.journey_id, asked.step {ASKED} ORDER BY 1, 2
    ON CONFLICT DO NOTHING
"""
LOCK = f"""
    SELECT used.id, asked.version_id, asked.step, used.passed::text, used.planned::text {ASKED}
    JOIN journeys_rateuse used ON used.journey_id = version.journey_id AND used.step = asked.step
    ORDER BY used.id FOR UPDATE OF used
"""
KEEP = """
    UPDATE journeys_rateuse used SET passed = new.passed, planned = new.planned
    FROM unnest(%(ids)s::bigint[], %(passed)s::jsonb[], %(planned)s::jsonb[]) AS new (id, passed, planned)
    WHERE used.id = new.id
"""
Place = tuple[int, str]  # a version and a step of it


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    uses, of_place = _lock({(walk.rows[0].version_id, walk.place.id) for walk in walks})
    rates: dict[int, tuple[int, Rate]] = {}
    rows: dict[int, list[Claimed]] = {}
    for walk in walks:
        version_id, rate = walk.rows[0].version_id, walk.place.step.rate
        used = of_place[version_id, walk.place.id]
        if rate:
            rates[used] = max(rates.get(used, (version_id, rate)), (version_id, rate))
        rows.setdefault(used, []).extend(walk.rows)
    turns: dict[int, Turn] = {}
    for used, (_, rate) in rates.items():
        in_order = sorted(rows[used], key=lambda row: (row.reached_at, row.id))
        arrivals = [Arrival(row.due_at if row.fate else None) for row in in_order]
        given, uses[used] = take_turns(rate, uses[used], arrivals, now)
        turns |= {row.id: turn for row, turn in zip(in_order, given, strict=True)}
    _keep(uses)
    return lambda _walk: lambda row: turns.get(row.id)


def _lock(places: Iterable[Place]) -> tuple[dict[int, Use], dict[Place, int]]:
    """The gates' use by their rows' ids, and which row is of which place; made at the first time."""
    versions, steps = zip(*places, strict=True)
    asked: dict[str, Any] = {"versions": list(versions), "steps": list(steps)}
    with connection.cursor() as cursor:
        cursor.execute(MAKE, asked)
        cursor.execute(LOCK, asked)
        found = cursor.fetchall()
    uses = {
        pk: Use(list(of_json(json.loads(passed))), list(of_json(json.loads(planned))))
        for pk, _, _, passed, planned in found
    }
    return uses, {(version_id, step): pk for pk, version_id, step, _, _ in found}


def _keep(uses: dict[int, Use]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            {
                "ids": list(uses),
                "passed": [json.dumps(as_json(use.passed)) for use in uses.values()],
                "planned": [json.dumps(as_json(use.planned)) for use in uses.values()],
            },
        )


RATES = Teller("turn", lambda place: place.step.rate is not None, _read, only_first=True)
