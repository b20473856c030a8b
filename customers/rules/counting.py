"""How many there are of something, told by the newest few: whether it is as asked, and what turns it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal

from django.db.models import Expression

from customers.rules.expressions import TRUE, AllOf, Later, Not, if_after, least

CountOperator = Literal["equals", "not_equals", "greater", "at_least", "less", "at_most"]


def compares(operator: str, count: int, has_at_least: Callable[[int], Expression]) -> Expression:
    """The count's comparison, told by whether there are at least so many; never NULL where that never is."""

    def has(many: int) -> Expression:
        return has_at_least(many) if many else TRUE

    if operator in ("at_least", "less"):
        holds = has(count)
    elif operator in ("greater", "at_most"):
        holds = has(count + 1)
    else:
        holds = AllOf(has(count), Not(has(count + 1)))
    return Not(holds) if operator in ("less", "at_most", "not_equals") else holds


def turning_places(operator: str, count: int) -> Sequence[int]:
    """Counted from the newest (1), those whose leaving turns the comparison's answer."""
    if operator in ("at_least", "less"):
        places = [count]
    elif operator in ("greater", "at_most"):
        places = [count + 1]
    else:
        places = [count, count + 1]
    return [place for place in places if place]


def turns_at(
    operator: str, count: int, newest: Callable[[int], Expression], within: timedelta, now: Expression
) -> Expression | None:
    """When such a one is `within` old, and so leaves the window; NULL: not after `now`."""
    leaving = [Later(newest(place), within) for place in turning_places(operator, count)]
    return least([if_after(at, now) for at in leaving])
