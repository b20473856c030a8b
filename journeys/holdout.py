"""The holdout of a journey: some go through it as all do, and get nothing of it but transactional messages.

Who is in it follows from the customer's bucket (customers/buckets.py) and the version's percentage, so it
can be told of anybody at any time. A message of theirs goes to the gate marked, and is kept back there.
Reports count everybody on the side on which they entered, whatever became of them later ("intention to
treat"): so the side is kept with the enrollment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from channels.holdout import IN_HOLDOUT as IN_GLOBAL
from channels.outbox import Candidate
from customers.buckets import bucket_sql, buckets_below
from journeys.graph import Graph
from journeys.walk import Walk

JOURNEY = "journey"  # whose holdout it is; the gate's own is the global one
# Of a row with the customer's public id, the journey, and the salt and buckets of the version's holdout.
IN_HOLDOUT = f"""{
    bucket_sql("coalesce(nullif({drawn}.salt, ''), 'journey ' || row.journey_id)", "{customer}.public_id")
} < {{drawn}}.buckets"""
DRAWN = """unnest(%(versions)s::bigint[], %(salts)s::text[], %(buckets)s::int[])
    AS drawn (version_id, salt, buckets)"""
# The engine holds these rows. Plan: a probe of two primary keys for each.
HELD_OUT = f"""
    SELECT row.id FROM journeys_enrollment row
    JOIN customers_customer customer ON customer.id = row.customer_id
    JOIN {DRAWN} ON drawn.version_id = row.version_id
    WHERE row.id = ANY(%(ids)s) AND {IN_HOLDOUT.format(drawn="drawn", customer="customer")}
"""
# Which side somebody is on who enters: by the version's holdout (0 buckets: it has none), or the global one.
IS_HELD_OUT = f"""(
    CASE WHEN row.buckets > 0 THEN {IN_HOLDOUT.format(drawn="row", customer="row")} ELSE false END
    OR {IN_GLOBAL.format(public_id="row.public_id", at="%(now)s")}
)"""


def drawn(graphs: Iterable[tuple[int, Graph]]) -> dict[str, Any]:
    """The holdouts of versions, as columns of `drawn`; those without one hold out nobody."""
    held = [(pk, graph.holdout) for pk, graph in graphs if graph.holdout is not None]
    return {
        "versions": [pk for pk, _ in held],
        "salts": [holdout.salt for _, holdout in held],
        "buckets": [buckets_below(holdout.percent) for _, holdout in held],
    }


def marked(candidates: Sequence[Candidate], walks: Iterable[Walk]) -> list[Candidate]:
    """The candidates; those of customers who are held out say so. One query for all."""
    held = [walk for walk in walks if walk.graph.holdout is not None and walk.sends]
    if not held:
        return list(candidates)
    ids = [row.id for walk in held for row in walk.rows]
    graphs = {walk.rows[0].version_id: walk.graph for walk in held}
    with connection.cursor() as cursor:
        cursor.execute(HELD_OUT, drawn(graphs.items()) | {"ids": ids})
        out = {row[0] for row in cursor.fetchall()}
    return [replace(one, held_out=JOURNEY) if one.enrollment_id in out else one for one in candidates]
