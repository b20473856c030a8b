"""Which filters on the enrollment's context pass: one query for all filters of all steps."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db.models import Expression

from customers.rules.expressions import AmongIds, Flags
from customers.rules.where import Line, Where
from journeys.graph import Place
from journeys.models import Enrollment
from journeys.told.teller import Answer, Answers, Teller
from journeys.walk import Claimed, Walk

Key = tuple[Place, str]


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    del now
    asked: dict[Key, Where] = {
        (walk.place, key): where for walk in walks for key, where in walk.place.filters.items()
    }
    ids = [row.id for walk in walks for row in walk.rows]
    # Plan: one probe of the primary key for each, whose row is in memory since the claim.
    flags = Flags(*(condition(place, key, where) for (place, key), where in asked.items()))
    rows = Enrollment.objects.filter(AmongIds("id", ids)).values_list("id", flags)
    passing: dict[int, frozenset[Key]] = {
        row_id: frozenset(key for key, passes in zip(asked, passed, strict=True) if passes)
        for row_id, passed in rows
    }

    def answers(walk: Walk) -> Answer:
        return partial(_fitting, passing, [(key, (walk.place, key)) for key in walk.place.filters])

    return answers


def _fitting(
    passing: dict[int, frozenset[Key]], keys: Sequence[tuple[str, Key]], row: Claimed
) -> frozenset[str]:
    passed = passing.get(row.id, frozenset())
    return frozenset([key for key, asked in keys if asked in passed])


def condition(place: Place, key: str, where: Where) -> Expression:
    """Whether an enrollment's context passes a filter of a step, over Enrollment querysets; never NULL."""
    is_of_answer = place.step.filters[key].is_of_answer
    return where.condition(partial(_holds, f"answers.{place.id}." if is_of_answer else ""))


def _holds(prefix: str, line: Line) -> Expression:
    """The entering event is kept as it came: its properties below `properties`, the rest beside them."""
    path = prefix + line.property
    name, _, rest = path.partition(".")
    return line.holds("context", {"event": f"properties.{rest}", "trigger": rest}.get(name, path))


CONTEXT = Teller("fits", lambda place: bool(place.filters), _read)
