"""Asking all rules about a batch of customers in one query, which returns only what changes."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    SmallIntegerField,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast

from customers.definitions import STAGE, Definition
from customers.models import Customer, Membership
from customers.rules.expressions import AmongIds, Compare, filled, known, least
from customers.rules.facts import Batched, Facts


class Verdict(NamedTuple):
    """What changes about one customer: the stage, segments entered and left, the time to ask again."""

    customer_id: int
    from_stage: int | None
    to_stage: int | None
    is_in: list[int]
    was_in: list[int]
    recheck_at: datetime | None
    is_recheck_new: bool


class Present(Func):
    """The ids that are not NULL, as one array."""

    template = "array_remove(ARRAY[%(expressions)s]::bigint[], NULL)"
    output_field = ArrayField(BigIntegerField())


# OFFSET 0 keeps PostgreSQL from asking anew wherever an answer is mentioned.
CHANGED = """
    SELECT id, stage_id, CASE WHEN to_stage IS DISTINCT FROM stage_id THEN to_stage END, is_in, was_in,
           {recheck_at}, {recheck_at} IS DISTINCT FROM recheck_at
    FROM ({verdicts} OFFSET 0) AS verdict (id, stage_id, recheck_at, to_stage, is_in, was_in, told)
    WHERE to_stage <> coalesce(stage_id, 0) OR is_in <> was_in OR {recheck_at} IS DISTINCT FROM recheck_at
    ORDER BY id
"""


def verdicts(
    definitions: Sequence[Definition],
    customer_ids: Sequence[int],
    now: datetime,
    timed: Sequence[Definition] | None = None,
    *,
    keeps_due: bool = False,
) -> list[Verdict]:
    """Those of the customers about whom a definition now says something else, in order of their ids.

    `timed`: all definitions there are, to learn anew when to ask again; None: it can only become earlier.
    `keeps_due`: a time that has come stays, for what it came for is not asked here.
    """
    sql, params = _compiled(tuple(definitions), None if timed is None else tuple(timed), keeps_due)
    with connection.cursor() as cursor:
        cursor.execute(sql, filled(params, list(customer_ids), now))
        return [Verdict(*row) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def _compiled(
    definitions: tuple[Definition, ...],
    timed: tuple[Definition, ...] | None,
    keeps_due: bool,  # noqa: FBT001 - a part of the cache's key
) -> tuple[str, tuple[object, ...]]:
    """The query for these definitions, with holes for the ids and the moment: the ORM's work is done once."""
    facts = Batched()
    told = _told(definitions if timed is None else timed, facts)
    if keeps_due:
        told = Case(
            When(known(Compare(F("recheck_at"), "<=", facts.ago())), then=F("recheck_at")), default=told
        )
    columns = (_stage(definitions, facts), *_segments(definitions, facts), told)
    batch = facts.join(Customer.objects.filter(AmongIds("id", None)))
    query = batch.order_by().values_list("id", "stage_id", "recheck_at", *columns).query
    sql, params = query.sql_with_params()
    recheck_at = "least(recheck_at, told)" if timed is None else "told"
    return CHANGED.format(verdicts=sql, recheck_at=recheck_at), params


def _stage(definitions: Sequence[Definition], facts: Facts) -> Expression:
    """The number of the first stage whose rule holds; NULL: the customer stays."""
    cases = [
        When(rule.root.condition(facts), then=Value(number))
        for definition in definitions
        if definition.name == STAGE
        for number, rule in definition.rules
    ]
    return (
        Case(*cases, default=None, output_field=SmallIntegerField())
        if cases
        else _nothing(SmallIntegerField())
    )


def _segments(definitions: Sequence[Definition], facts: Facts) -> tuple[Expression, Expression]:
    """The segments whose rule holds, and those in which the customer is, both in order of their ids."""
    segments = [pair for one in definitions if one.name != STAGE for pair in one.rules]
    rules = sorted(segments, key=lambda pair: pair[0])
    ids = [segment_id for segment_id, _rule in rules]
    is_in = [
        Case(
            When(rule.root.condition(facts), then=Value(segment_id)),
            default=None,
            output_field=BigIntegerField(),
        )
        for segment_id, rule in rules
    ]
    if not ids:
        nowhere = Value([], output_field=ArrayField(BigIntegerField()))
        return nowhere, nowhere
    # Plus nothing: so membership_of_customer is the index, and not one_stay_at_a_time, once per segment.
    among = AmongIds(CombinedExpression(F("segment_id"), "+", Value(0)), ids)
    stays = Membership.objects.filter(among, customer_id=OuterRef("pk"), left_at=None)
    was_in = ArraySubquery(stays.order_by("segment_id").values("segment_id"))
    return Present(*is_in), ExpressionWrapper(was_in, output_field=ArrayField(BigIntegerField()))


def _told(definitions: Sequence[Definition], facts: Facts) -> Expression:
    """When time alone could next change one of the answers."""
    moments = [rule.root.changes_at(facts) for one in definitions for _key, rule in one.rules]
    return least(moments) or _nothing(DateTimeField())


def _nothing(field: Any) -> Expression:
    """NULL of a type: a bare one is text to an outer query."""
    return Cast(Value(None), field)
