"""How many customers a rule finds, estimated from some who are drawn by lot.

Numbers are drawn from a span of ids that holds all customers; those that belong to nobody are left out, so
each customer is as likely as any other, whatever gaps the ids have. The draws are the same each time, and the
span grows by doubling: the next estimate differs from this one by the rule, not by the luck of the draw.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, sqrt

from django.db import connection

from customers.rules import Rule, matching
from customers.tallies import stage_sizes

DRAWS = 12_000
CERTAINTY = 1.96  # standard deviations on either side: 19 times in 20 the truth lies between

# The mask of a span that is a power of two leaves every number of it as likely. By the primary key.
DRAW = """
    SELECT customer.id FROM generate_series(1, %s) AS number
    JOIN customers_customer AS customer ON customer.id = %s + (hashint8extended(number, 7) & %s)
"""
SPAN = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM customers_customer"


@dataclass(frozen=True)
class Estimate:
    """About `count` customers, 19 times in 20 from `low` to `high`; the ids of those who were found."""

    count: int
    low: int
    high: int
    ids: list[int]


def estimate(rule: Rule, now: datetime) -> Estimate:
    """How many customers the rule finds at `now`, as far as DRAWS draws can tell."""
    with connection.cursor() as cursor:
        cursor.execute(SPAN)
        first, last = cursor.fetchone()
        width = 1 << (last - first).bit_length()
        cursor.execute(DRAW, [DRAWS, first, width - 1])
        drawn = Counter(row[0] for row in cursor.fetchall())
    found = matching({0: rule}, sorted(drawn), now)[0]
    everybody = stage_sizes().total()
    hits, draws = sum(drawn[one] for one in found), max(drawn.total(), 1)
    low, high = likely(hits, draws)
    return Estimate(
        count=round(everybody * hits / draws),
        low=max(floor(everybody * low), len(found)),
        high=ceil(everybody * high),
        ids=sorted(found, reverse=True),
    )


def likely(hits: int, draws: int) -> tuple[float, float]:
    """Between which shares the true one lies: the Wilson score interval.

    (Probable inference, the law of succession, and statistical inference; J. Am. Stat. Assoc. 22, 1927, 209.)
    Unlike the plain normal approximation it holds near 0 too, where few of all are found.
    """
    share, square = hits / draws, CERTAINTY**2
    middle = (share + square / (2 * draws)) / (1 + square / draws)
    half = sqrt(share * (1 - share) / draws + square / (4 * draws**2)) * CERTAINTY / (1 + square / draws)
    return max(middle - half, 0.0), min(middle + half, 1.0)
