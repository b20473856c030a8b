"""Trying stage definitions before they count: who would go from where to where, now or at a past moment.

Read-only, and never for long. Of a past moment it takes what is kept with its time, as it was then: events,
moves, holds, messages, consents, addresses, stays in segments. Of traits and of the customer's own row
(country, when last seen) only the present is kept, so that is what it asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from psycopg.errors import QueryCanceled

from customers.decision import Plan, decided, is_plain
from customers.definitions import stages_definition
from customers.models import Customer
from customers.rules.facts import Grouped
from customers.rules.figures import events_of
from customers.rules.joins import Figures, add_join, table_of
from customers.verdicts import answers, held, holds

LIMITS = "SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = '20s'"
# Where somebody stood at %s: where the first move after it left from. By the index stage_move_at.
STOOD = """
    SELECT id, asked_at, hold_id, hold_stage, hold_until, hold_yields, hold_named, {answers},
           CASE WHEN later.customer_id IS NULL THEN stage_id ELSE later.from_stage_id END AS stage_id,
           CASE WHEN later.customer_id IS NULL THEN stage_since ELSE later.from_since END AS stage_since
    FROM ({answered} OFFSET 0) AS present
    LEFT JOIN (SELECT DISTINCT ON (customer_id) customer_id, from_stage_id, from_since
               FROM customers_stagemove WHERE moved_at > %s ORDER BY customer_id, moved_at, id) AS later
           ON later.customer_id = present.id
"""
COUNT = """
    SELECT stage_id, to_stage, count(*), (array_agg(id))[1:{sample}] FROM ({decided}) AS tried
    GROUP BY stage_id, to_stage ORDER BY stage_id NULLS FIRST, to_stage NULLS FIRST
"""


class TrialTooSlowError(RuntimeError):
    """Trying it took more than 20 seconds; make the rules' windows shorter, or try the present moment."""


@dataclass(frozen=True)
class Way:
    """How many customers go from one stage (None: none yet) to another, or stay; and some of them."""

    start: int | None
    end: int | None
    customers: int
    sample: list[Customer]


@dataclass(frozen=True)
class Trial:
    """What the definitions would do at a moment."""

    at: datetime
    ways: list[Way]

    @property
    def moves(self) -> list[Way]:
        """Those who would go elsewhere, most first."""
        moving = [way for way in self.ways if way.start != way.end]
        return sorted(moving, key=lambda way: -way.customers)

    @property
    def moved(self) -> int:
        """How many would."""
        return sum(way.customers for way in self.moves)

    @property
    def customers(self) -> int:
        """How many there were."""
        return sum(way.customers for way in self.ways)


@dataclass
class Known(Grouped):
    """Facts of everybody as they were known at the moment: nothing that happened later counts."""

    is_past = True

    def join(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """`customers` with all that was asked beside them."""
        joined = customers.all()
        own = table_of(joined.query)
        for place, (source, columns) in enumerate(self.sources.asked.items()):
            events = events_of(source, self.ago, list(columns), is_past=True)
            known = self.by_then(events, "occurred_at")
            add_join(joined.query, Figures(f"source_{place}", own, known.query, is_lateral=False))
        return joined


def try_stages(
    terms: Mapping[int, Mapping[str, Any]], now: datetime, at: datetime | None = None, sample: int = 5
) -> Trial:
    """What stages of these terms, by number, would do now or `at` a past moment.

    TrialTooSlowError after 20 seconds.
    """
    plan = _plan(terms)
    sql, params = _present(plan, now) if at is None else _past(plan, at)
    counted = COUNT.format(decided=decided(plan, sql), sample=sample)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LIMITS)
            cursor.execute(counted, params)
            rows = cursor.fetchall()
            shown = Customer.objects.select_related("stage").prefetch_related("identities")
            people = shown.in_bulk([pk for *_way, ids in rows for pk in ids])
            transaction.set_rollback(True)  # gives the limits back where this was a part of a transaction
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TrialTooSlowError(TrialTooSlowError.__doc__) from error
        raise
    ways = [Way(start, end, count, [people[pk] for pk in ids]) for start, end, count, ids in rows]
    return Trial(at or now, ways)


def _plan(terms: Mapping[int, Mapping[str, Any]]) -> Plan:
    asked = [
        (number, {**one, "dwell": one["dwell"].total_seconds() if one["dwell"] else None})
        for number, one in sorted(terms.items(), key=lambda each: each[1]["precedence"])
    ]
    return stages_definition(asked).plan


def _present(plan: Plan, now: datetime) -> tuple[str, Sequence[Any]]:
    return _answered(plan, Grouped(now), held(Customer.objects.all()))


def _past(plan: Plan, at: datetime) -> tuple[str, Sequence[Any]]:
    known = held(Customer.objects.filter(first_seen_at__lte=at), at)
    sql, params = _answered(plan, Known(at), known)
    columns = "named" if is_plain(plan) else "enters, stays, leaves"
    return STOOD.format(answered=sql, answers=columns), [*params, at]


def _answered(plan: Plan, facts: Grouped, customers: QuerySet[Customer]) -> tuple[str, Sequence[Any]]:
    columns = {**answers(plan, facts), **holds(plan)}
    query = facts.join(customers).annotate(**columns).order_by()
    sql, params = query.values_list("id", "stage_id", "stage_since", *columns).query.sql_with_params()
    return sql, params
