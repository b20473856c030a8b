"""Asking rules of customers: many rules of a batch in one query, one rule of everybody."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from customers.models import Customer
from customers.rules.expressions import AmongIds, Flags
from customers.rules.facts import Joined
from customers.rules.tree import Rule

K = TypeVar("K", bound=Hashable)


def matching(rules: Mapping[K, Rule], customer_ids: Sequence[int], now: datetime) -> dict[K, set[int]]:
    """For each rule, for which of the customers it holds at `now`: one query for all rules."""
    matched: dict[K, set[int]] = {key: set() for key in rules}
    if not rules or not customer_ids:
        return matched
    facts = Joined(now)
    flags = Flags(*(rule.root.condition(facts) for rule in rules.values()))
    batch = facts.join(Customer.objects.filter(AmongIds("id", list(customer_ids))), is_lateral=True)
    for customer_id, answers in batch.values_list("id", flags):
        for ids, holds in zip(matched.values(), answers, strict=True):
            if holds:
                ids.add(customer_id)
    return matched


def members(rule: Rule, now: datetime) -> QuerySet[Customer]:
    """All customers for whom the rule holds at `now`, each source of events read in one pass."""
    facts = Joined(now)
    condition = rule.root.condition(facts)
    return facts.join(Customer.objects.all(), is_lateral=False).filter(condition)
