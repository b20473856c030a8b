"""What a rule would find, before it is saved: read-only, and never for long."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Window

from customers.bounded import TooSlowError, bounded_reads
from customers.cost import check_cost
from customers.estimate import estimate
from customers.models import Customer
from customers.rules import Rule, members

LONGEST = timedelta(seconds=10)
SOON = 0.2  # estimated seconds up to which everybody is asked at once


class PreviewTooSlowError(RuntimeError):
    """The rule took more than 10 seconds over all customers; narrow it by shorter windows or fewer events."""


@dataclass(frozen=True)
class Preview:
    """How many customers a rule finds at a moment, and the first few of them.

    An estimate lies between `low` and `high` 19 times in 20; an exact count has neither.
    """

    count: int
    sample: list[Customer]
    is_estimate: bool = False
    low: int | None = None
    high: int | None = None


def preview(rule: Rule, now: datetime, sample: int = 10, *, is_exact: bool = False) -> Preview:
    """Count the rule's customers and show some, the newest first; RuleError for one that costs too much.

    Where it takes long to ask everybody the count is an estimate, unless `is_exact`: then PreviewTooSlowError
    after 10 seconds.
    """
    with limited():
        if check_cost(rule, now) <= SOON or is_exact:
            return _counted(rule, now, sample)
        found = estimate(rule, now)
        return Preview(found.count, _shown(found.ids[:sample]), True, found.low, found.high)


@contextmanager
def limited() -> Iterator[None]:
    """Nothing is written within it; PreviewTooSlowError where a statement takes longer than LONGEST."""
    try:
        with bounded_reads(LONGEST):
            yield
    except TooSlowError as error:
        raise PreviewTooSlowError(PreviewTooSlowError.__doc__) from error


def _counted(rule: Rule, now: datetime, sample: int) -> Preview:
    """All are counted in the pass that finds the newest."""
    found = members(rule, now).order_by("-pk").values_list("pk", Window(Count("pk")))[: max(sample, 1)]
    rows = list(found)
    return Preview(rows[0][1] if rows else 0, _shown([pk for pk, _count in rows[:sample]]))


def _shown(ids: Sequence[int]) -> list[Customer]:
    return list(Customer.objects.select_related("stage").filter(pk__in=ids).order_by("-pk"))
