"""Who is affected by a publication: who may enter, by what customers did of late; who has entered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from customers.preview import Preview, PreviewTooSlowError, preview
from customers.rules import RuleError
from customers.rules import parse as parse_rule
from journeys.entry import Trigger
from journeys.graph import parse
from journeys.models import Journey
from journeys.tallies import ENTERED, tally_of

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Affected:
    """`likely`: who would have entered in the last 30 days, or who is there to enter; None: nobody can know.

    `is_at_once`: they enter as soon as it is live. `entered`: who did enter in the last 30 days.
    """

    likely: Preview | None
    is_members: bool
    is_at_once: bool
    entered: int


def affected(journey: Journey, graph: Any, now: datetime) -> Affected:
    """Of a graph that can be published. Earlier entries and caps on entries are not looked at."""
    trigger = parse(graph).trigger
    return Affected(
        likely=_likely(trigger, now),
        is_members=trigger.members is not None,
        is_at_once=trigger.members is not None and trigger.next_start(None, now) == now,
        entered=tally_of(journey.pk, now - LATELY)[ENTERED],
    )


def _likely(trigger: Trigger, now: datetime) -> Preview | None:
    asked = _asked(trigger)
    if asked is None:
        return None
    rules = [asked, trigger.rule] if trigger.rule else [asked]
    try:
        return preview(parse_rule({"combinator": "and", "not": False, "rules": rules}), now, sample=0)
    except (RuleError, PreviewTooSlowError):
        return None  # it can be entered all the same


def _asked(trigger: Trigger) -> dict[str, Any] | None:
    """The rule of those whom the trigger could let in."""
    if members := trigger.members:
        field, key = ("segment", members.segment) if members.segment else ("stage", members.stage)
        return {"field": field, "operator": "in" if field == "segment" else "is", "value": key}
    if (listens := trigger.listens) is None:
        return None
    did = {"field": "event", "event": listens.event, "aggregate": "count", "operator": "at_least", "value": 1}
    return did | {"within": "P30D"} | ({"where": listens.where} if listens.where else {})
