"""Asking rules of customers: many rules of a batch in one query, one rule of all or of a range of ids."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Cast

from customers.models import Customer
from customers.rules.expressions import AmongIds, Flags, filled, in_one_order
from customers.rules.facts import Batched, Grouped
from customers.rules.tree import Rule

K = TypeVar("K", bound=Hashable)


def matching(rules: Mapping[K, Rule], customer_ids: Sequence[int], now: datetime) -> dict[K, set[int]]:
    """For each rule, for which of the customers it holds at `now`: one query for all rules."""
    if not rules or not customer_ids:
        return {key: set() for key in rules}
    asked = in_one_order(rules.values())
    sql, params = _compiled(asked)
    holding: dict[Rule, set[int]] = {rule: set() for rule in asked}
    with connection.cursor() as cursor:
        cursor.execute(sql, filled(params, list(customer_ids), now))
        for customer_id, answers in cursor.fetchall():
            for ids, holds in zip(holding.values(), answers, strict=True):
                if holds:
                    ids.add(customer_id)
    return {key: holding[rule] for key, rule in rules.items()}


@lru_cache(maxsize=256)
def _compiled(rules: tuple[Rule, ...]) -> tuple[str, tuple[object, ...]]:
    """The query for these rules, with holes for the ids and the moment."""
    facts = Batched()
    flags = Flags(*(rule.root.condition(facts) for rule in rules))
    batch = facts.join(Customer.objects.filter(AmongIds("id", None)))
    return batch.values_list("id", flags).query.sql_with_params()


def members(rule: Rule, now: datetime) -> QuerySet[Customer]:
    """All customers for whom the rule holds at `now`, each source of events read in one pass."""
    facts = Grouped(now)
    condition = rule.root.condition(facts)
    return facts.join(Customer.objects.all()).filter(condition)


def answers(rule: Rule, after: int, last: int, now: datetime) -> QuerySet[Customer, tuple[Any, ...]]:
    """Of each customer whose id lies after `after`, up to `last`: id, `recheck_at`, answer, moment.

    The answer is whether the rule holds at `now`; the moment is when time alone could next change it, NULL is
    never. Events of others are not read.
    """
    facts = Grouped(now, among=(after, last))
    condition = rule.root.condition(facts)
    told = rule.root.changes_at(facts) or Cast(Value(None), DateTimeField())
    customers = facts.join(Customer.objects.filter(pk__gt=after, pk__lte=last))
    return customers.values_list("id", "recheck_at", condition, told)
