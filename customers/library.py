"""Ready segments: rules that most shops want, their thresholds taken from the shop's own customers.

The eleven of RFM divide all who ever bought by recency (days since the last order) and frequency (orders in
the last 365 days), each scored 1 to 5 by the quintiles of the shop's buyers, as in "Optimal Selection for
Direct Mail", Marketing Science 14(4), 1995.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DRAWN = 5000  # customers, at the least, whose orders are looked at; of fewer all
FEWEST = 50  # buyers below whom quintiles say nothing: the usual marks stand instead
Tree = dict[str, Any]


@dataclass(frozen=True)
class Marks:
    """The shop's own thresholds: four bounds between quintiles, and what the best tenth of buyers spends."""

    days: tuple[int, ...] = (30, 60, 120, 240)
    orders: tuple[int, ...] = (1, 2, 4, 8)
    spent: int = 500


@dataclass(frozen=True)
class Ready:
    """A segment that can be taken over as it is."""

    slug: str
    name: str
    description: str
    rule: Tree


# Plan: for each customer who is drawn, every so-manieth, a stretch of the index order_of_customer.
MEASURE = """
    WITH drawn AS (
        SELECT generate_series(min(id), max(id), greatest(1, (max(id) - min(id)) / %(drawn)s)) AS id
        FROM customers_customer
    ), buyer AS (
        SELECT extract(epoch FROM %(now)s - max(occurred_at)) / 86400 AS days, count(*) AS orders,
               sum(total) AS spent
        FROM drawn JOIN customers_order ON customer_id = drawn.id
        WHERE occurred_at > %(now)s - interval '365 days' AND occurred_at <= %(now)s AND cancelled_at IS NULL
        GROUP BY customer_id
    )
    SELECT count(*), percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY ceil(days)::int),
           percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY orders),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY spent)
    FROM buyer
"""


def measure(now: datetime) -> Marks:
    """The marks of those who bought within a year, DRAWN customers looked at; the usual ones of too few."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, {"now": now, "drawn": DRAWN})
        buyers, days, orders, spent = cursor.fetchone()
    if buyers < FEWEST:
        return Marks()
    return Marks(_rising(days), _rising(orders), max(int(spent or 0), 1))


def _rising(bounds: list[int]) -> tuple[int, ...]:
    """Bounds of which each is greater than the one before, so that no score is the same as another."""
    found: list[int] = []
    for bound in bounds:
        found.append(max(int(bound), found[-1] + 1 if found else 1))
    return tuple(found)


def ready_segments(marks: Marks) -> list[Ready]:
    """All of them, with names in the reader's language."""
    return [*_rfm(marks), *_usual(marks), *(ready for make in more for ready in make(marks))]


more: list[Callable[[Marks], list[Ready]]] = []  # what apps above have ready


@dataclass(frozen=True)
class Field:
    """One of the eleven: a rectangle of scores of recency and frequency, both ends included."""

    slug: str
    name: Any
    recency: tuple[int, int]
    frequency: tuple[int, int]
    what: Any = field(default="")


RFM = [
    Field(
        "champions", gettext_lazy("Champions"), (5, 5), (4, 5), gettext_lazy("Bought lately, and buy often.")
    ),
    Field(
        "loyal", gettext_lazy("Loyal"), (3, 4), (4, 5), gettext_lazy("Buy often, the last time not long ago.")
    ),
    Field(
        "potential-loyalists",
        gettext_lazy("Potential loyalists"),
        (4, 5),
        (2, 3),
        gettext_lazy("Bought lately, and more than once."),
    ),
    Field(
        "new-customers",
        gettext_lazy("New customers"),
        (5, 5),
        (1, 1),
        gettext_lazy("Bought lately, for the first time or rarely."),
    ),
    Field(
        "promising",
        gettext_lazy("Promising"),
        (4, 4),
        (1, 1),
        gettext_lazy("Rare buyers, the last time not long ago."),
    ),
    Field(
        "need-attention",
        gettext_lazy("Need attention"),
        (3, 3),
        (3, 3),
        gettext_lazy("In the middle of both: about to become loyal, or to leave."),
    ),
    Field(
        "about-to-sleep",
        gettext_lazy("About to sleep"),
        (3, 3),
        (1, 2),
        gettext_lazy("Bought seldom, and not for a while."),
    ),
    Field(
        "at-risk",
        gettext_lazy("At risk"),
        (1, 2),
        (3, 4),
        gettext_lazy("Bought often, but not for a long time."),
    ),
    Field(
        "cannot-lose",
        gettext_lazy("Can't lose them"),
        (1, 2),
        (5, 5),
        gettext_lazy("Bought most often of all, but not for a long time."),
    ),
    Field(
        "hibernating",
        gettext_lazy("Hibernating"),
        (2, 2),
        (1, 2),
        gettext_lazy("Bought seldom, and not for a long time."),
    ),
    Field(
        "rfm-lost",
        gettext_lazy("Lost (RFM)"),
        (1, 1),
        (1, 2),
        gettext_lazy("Bought seldom, and longer ago than all others."),
    ),
]


def _rfm(marks: Marks) -> list[Ready]:
    return [
        Ready(
            one.slug,
            str(one.name),
            str(one.what),
            _all(*_recency(one.recency, marks.days), *_frequency(one.frequency, marks.orders)),
        )
        for one in RFM
    ]


def _recency(scores: tuple[int, int], days: tuple[int, ...]) -> list[Tree]:
    """Scores of recency as leaves: 5 is up to the first bound of days, 1 beyond the last."""
    low, high = scores
    leaves = [_last("within_last", days[5 - low])] if low > 1 else []
    return leaves + ([_last("older_than", days[4 - high])] if high < 5 else [])  # noqa: PLR2004 - the best score


def _frequency(scores: tuple[int, int], orders: tuple[int, ...]) -> list[Tree]:
    """Scores of frequency as leaves: 1 is up to the first bound of orders, 5 beyond the last."""
    low, high = scores
    leaves = [_ordered("greater", orders[low - 2], 365)] if low > 1 else []
    return leaves + ([_ordered("at_most", orders[high - 1], 365)] if high < 5 else [])  # noqa: PLR2004


def _usual(marks: Marks) -> list[Ready]:
    total = {"field": "order", "aggregate": "sum", "property": "total", "within": "P365D"}
    discounted: Tree = {"property": "discount", "operator": "greater", "value": 0}
    at_full_price: list[list[Tree]] = [
        [{"property": "discount", "operator": "at_most", "value": 0}],
        [{"property": "discount", "operator": "is_not_set"}],
    ]
    often = _ordered("at_least", 2, 365)
    return [
        Ready(
            "new",
            _("New"),
            _("First order within the last 30 days."),
            _all(
                {
                    "field": "order_time",
                    "which": "first",
                    "operator": "within_last",
                    "value": "P30D",
                }
            ),
        ),
        Ready("active", _("Active"), _("Bought within the last 60 days."), _all(_ordered("at_least", 1, 60))),
        Ready(
            "lapsing",
            _("Lapsing"),
            _("Bought within the last 180 days, but not within the last 60."),
            _all(_last("within_last", 180), _last("older_than", 60)),
        ),
        Ready(
            "lost",
            _("Lost"),
            _("Has bought, but not within the last 180 days."),
            _all(_last("older_than", 180)),
        ),
        Ready(
            "high-value",
            _("High value"),
            _("Spends as much in a year as the best tenth of all buyers."),
            _all(total | {"operator": "at_least", "value": marks.spent}),
        ),
        Ready(
            "discount-only",
            _("Discount only"),
            _("Bought at least twice in a year, and never without a discount."),
            _all(often, *(_ordered("equals", 0, 365, where) for where in at_full_price)),
        ),
        Ready(
            "full-price",
            _("Full price"),
            _("Bought at least twice in a year, and never with a discount."),
            _all(often, _ordered("equals", 0, 365, [discounted])),
        ),
        Ready(
            "cart-open",
            _("Cart open"),
            _("Put something into the cart within the last 7 days, and has not ordered since."),
            _all({"field": "product", "operator": "in_cart", "within": "P7D"}),
        ),
        Ready(
            "birthday-soon",
            _("Birthday soon"),
            _("Has a birthday today or within the next 7 days."),
            _all({"field": "yearly", "trait": "birthday", "operator": "in_next", "days": 7}),
        ),
    ]


def _all(*rules: Tree) -> Tree:
    return {"combinator": "and", "not": False, "rules": list(rules)}


def _last(operator: str, days: int) -> Tree:
    return {"field": "order_time", "which": "last", "operator": operator, "value": f"P{days}D"}


def _ordered(operator: str, count: int, days: int, where: list[Tree] | None = None) -> Tree:
    rule = {"field": "order", "operator": operator, "value": count, "within": f"P{days}D"}
    return rule | {"where": where} if where else rule
