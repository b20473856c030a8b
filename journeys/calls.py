"""Customers whom another program lets into a journey whose trigger is `api`, one or many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from customers.named import customers_named
from journeys.enroll import Entering, Refusal, Report, enroll_customers
from journeys.entrances import lock_entrances
from journeys.entry import Policy
from journeys.faults import Faults
from journeys.models import Journey
from journeys.step import Json

EVENT = "$triggered"  # the name of the entering event


class NotCallableError(ValueError):
    """The journey lets nobody in by the API as things stand; the message says why."""


class Called(NamedTuple):
    """A customer as the caller names them; the data become the properties of the entering event."""

    name: str
    data: Json
    key: str = ""


@dataclass
class CallReport(Report):
    """What became of each; `words` says more of those whose name can't be one."""

    words: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def call_in(journey: Journey, called: Sequence[Called], now: datetime) -> CallReport:
    """Let customers in, as the entry rules admit; NotCallableError, or GraphError for keys without use."""
    _check(journey, called)
    found = customers_named([one.name for one in called])
    places = [place for place, one in enumerate(found) if one.customer_id]
    entries = [
        Entering(
            found[place].customer_id or 0,
            called[place].key,
            {"name": EVENT, "occurred_at": now.isoformat(), "properties": called[place].data},
        )
        for place in places
    ]
    report = enroll_customers(journey, entries, now)
    refused = {place: Refusal.UNKNOWN for place, one in enumerate(found) if not one.customer_id}
    refused |= {places[place]: why for place, why in report.refused.items()}
    words = {place: one.why for place, one in enumerate(found) if one.why}
    return CallReport(report.entered, dict(sorted(refused.items())), words)


def _check(journey: Journey, called: Sequence[Called]) -> None:
    opened = lock_entrances([journey.pk])
    if not opened:
        journey.refresh_from_db()
        words = _("The journey '%(journey)s' is %(state)s; customers enter a live one.")
        raise NotCallableError(words % {"journey": journey.slug, "state": journey.get_state_display()})
    trigger = opened[0].graph.trigger
    if trigger.kind != "api":
        words = _("The journey '%(journey)s' has the trigger '%(kind)s'; its live version needs 'api'.")
        raise NotCallableError(words % {"journey": journey.slug, "kind": trigger.kind})
    faults = Faults()
    if trigger.entry.policy != Policy.PER_KEY:
        for place, one in enumerate(called):
            if one.key:
                faults.add(f"{place}.key", "the journey's entry has no key: its policy is not per_key")
    faults.raise_any()
