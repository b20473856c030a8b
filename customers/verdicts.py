"""Asking all rules about a batch of customers in one query, which returns only what changes."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast

from customers.decision import Plan, decided, is_plain, named
from customers.definitions import STAGE, Definition
from customers.models import Customer, Membership
from customers.rules import Rule
from customers.rules.expressions import FALSE, AllOf, AmongIds, Flags, Not, filled, least
from customers.rules.facts import Batched, Facts


class Verdict(NamedTuple):
    """What changes about one customer: stages passed, segments entered and left, the time to ask again."""

    customer_id: int
    from_stage: int | None
    from_since: datetime | None
    path: list[int]
    is_hold_over: bool
    is_in: list[int]
    was_in: list[int]
    recheck_at: datetime | None
    is_recheck_new: bool

    @property
    def moves(self) -> list[tuple[int | None, int]]:
        """Each move, from where to where; of several at one moment in their order."""
        way = [self.from_stage, *self.path]
        return [(start, end) for start, end in pairwise(way) if end is not None and end != start]


class Present(Func):
    """The ids that are not NULL, as one array."""

    template = "array_remove(ARRAY[%(expressions)s]::bigint[], NULL)"
    output_field = ArrayField(BigIntegerField())


DUE = "CASE WHEN recheck_at <= asked_at THEN recheck_at END"
OWN = ("id", "stage_id", "stage_since", "recheck_at")
# OFFSET 0 keeps PostgreSQL from asking anew wherever an answer is mentioned.
CHANGED = """
    SELECT id, stage_id, stage_since, path, is_over, is_in, was_in, next, next IS DISTINCT FROM recheck_at
    FROM (SELECT *, hold_id IS NOT NULL AND NOT is_held AS is_over, least({known}, told, stands_until) AS next
          FROM ({decided} OFFSET 0) AS decided OFFSET 0) AS verdict
    WHERE to_stage IS DISTINCT FROM stage_id OR is_over OR is_in <> was_in OR next IS DISTINCT FROM recheck_at
    ORDER BY id
"""


def verdicts(
    definitions: Sequence[Definition],
    customer_ids: Sequence[int],
    now: datetime,
    timed: Sequence[Definition] | None = None,
    *,
    asks_all: bool = False,
) -> list[Verdict]:
    """Those of the customers about whom a definition now says something else, in order of their ids.

    `timed`: all definitions there are, to learn anew when to ask again; None: it can only become earlier.
    What is due already stays so, unless this `asks_all`: it may be due by what is not asked here.
    """
    sql, params = _compiled(tuple(definitions), None if timed is None else tuple(timed), asks_all)
    with connection.cursor() as cursor:
        cursor.execute(sql, filled(params, list(customer_ids), now))
        return [Verdict(*row) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def _compiled(
    definitions: tuple[Definition, ...],
    timed: tuple[Definition, ...] | None,
    asks_all: bool,  # noqa: FBT001 - the key of a cache
) -> tuple[str, tuple[object, ...]]:
    """The query for these definitions, with holes for the ids and the moment: the ORM's work is done once."""
    facts = Batched()
    asked = next((one.plan for one in definitions if one.plan), ())
    plan = next((one.plan for one in timed or definitions if one.plan), ())
    is_in, was_in = _segments(definitions, facts)
    columns = {"is_in": is_in, "was_in": was_in, **answers(asked, facts), **holds(plan)}
    columns["told"] = _told(definitions if timed is None else timed, facts)
    batch = facts.join(held(Customer.objects.filter(AmongIds("id", None))))
    query = batch.order_by().annotate(**columns).values_list(*OWN, *columns).query
    sql, params = query.sql_with_params()
    known = "recheck_at" if timed is None else "NULL" if asks_all else DUE
    verdict = decided(plan, sql, is_asked=bool(asked))
    return CHANGED.format(decided=verdict, known=known), params


def named_by_rules(stages: Definition, customer_ids: Sequence[int], now: datetime) -> dict[int, int | None]:
    """For each of the customers the stage that the rules name, wherever the customer stands."""
    facts = Batched()
    columns = answers(stages.plan, facts)
    batch = facts.join(Customer.objects.filter(AmongIds("id", None)))
    sql, params = batch.annotate(**columns).values_list("id", *columns).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {named(stages.plan)} FROM ({sql} OFFSET 0) AS answered",
            filled(params, list(customer_ids), now),
        )
        return dict(cursor.fetchall())


def answers(plan: Plan, facts: Facts) -> dict[str, Expression]:
    """What the stages' rules answer, as the columns from which `decision` decides."""
    leaves = [_holds(terms.leave, facts) for terms in plan]
    enters = [_holds(terms.enter, facts, leaving) for terms, leaving in zip(plan, leaves, strict=True)]
    if is_plain(plan):
        cases = [
            When(holds, then=Value(terms.number))
            for terms, holds in zip(plan, enters, strict=True)
            if terms.enter
        ]
        first = Case(*cases, default=None, output_field=SmallIntegerField())
        return {"asked_at": facts.ago(), "named": first if cases else _nothing(SmallIntegerField())}
    stays = [_holds(terms.stay, facts, leaving) for terms, leaving in zip(plan, leaves, strict=True)]
    flags = {"enters": enters, "stays": stays, "leaves": leaves}
    return {"asked_at": facts.ago()} | {name: Flags(*each) for name, each in flags.items()}


def _holds(rule: Rule | None, facts: Facts, leaving: Expression = FALSE) -> Expression:
    """Whether there is such a rule and it holds, and the leave rule, if it is given, does not."""
    if rule is None:
        return FALSE
    condition = rule.root.condition(facts)
    return condition if leaving is FALSE else AllOf(condition, Not(leaving))


def held(customers: QuerySet[Customer], at: datetime | None = None) -> QuerySet[Customer]:
    """The customers with `hold`, the one that lasts, or lasted `at` a moment, beside those who have one."""
    lasting = Q(stage_holds__ended_at=None)
    if at is not None:
        lasting = (lasting | Q(stage_holds__ended_at__gt=at)) & Q(stage_holds__held_at__lte=at)
    return customers.annotate(hold=FilteredRelation("stage_holds", condition=lasting))


def holds(plan: Plan) -> dict[str, Any]:
    """The hold that lasts, where somebody asks about stages, as the columns that `decision` reads."""
    fields = {
        "hold_id": BigIntegerField(),
        "hold_stage": SmallIntegerField(),
        "hold_until": DateTimeField(),
        "hold_yields": BooleanField(),
        "hold_named": SmallIntegerField(),
    }
    if not plan:
        return {name: _nothing(field) for name, field in fields.items()}
    sources = ("hold__id", "hold__stage_id", "hold__until", "hold__yields", "hold__named")
    return {name: F(source) for name, source in zip(fields, sources, strict=True)}


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
