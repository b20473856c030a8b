"""What is known of one customer, in a handful of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext

from channels.models import Message, MessageState
from config.masking import shown_document
from customers.models import (
    Consent,
    Customer,
    Identity,
    Membership,
    MergeRecord,
    Segment,
    Source,
    Stage,
    StageHold,
    StageMove,
    Suppression,
)
from customers.profile import MOST
from customers.tracking.calls import EPOCH, MICROSECOND
from journeys.models import Enrollment, Standing

MOST_MERGES = 50


@dataclass(frozen=True)
class StageStop:
    """One of the seven, and whether this customer has been there or is."""

    stage: Stage
    visits: int
    is_here: bool


@dataclass(frozen=True)
class Trait:
    """A trait: its source by name, when it was said, and what is wrong with it."""

    name: str
    value: Any
    source: str
    said_at: datetime | None
    fault: str


@dataclass(frozen=True)
class Profile:
    """Everything but the timeline."""

    customer: Customer
    path: list[StageStop]
    hold: StageHold | None
    identities: list[Identity]
    suppressed: set[tuple[str, str]]
    consents: list[Consent]
    memberships: list[Membership]
    enrollments: list[Enrollment]
    received: dict[str, int]
    traits: list[Trait]
    merges: list[MergeRecord]


def profile(customer: Customer, now: datetime) -> Profile:
    """The customer's own rows; each of them is few."""
    identities = list(customer.identities.order_by("kind", "-created_at"))
    addresses = Q(pk__in=[])
    for identity in identities:
        addresses |= Q(kind=identity.kind, value=identity.value)
    inside = Enrollment.objects.filter(customer=customer).exclude(standing=Standing.ENDED)
    shown = Segment.objects.filter(archived_at=None)
    stays = Membership.objects.filter(customer=customer, left_at=None, segment__in=shown)
    return Profile(
        customer=customer,
        path=_path(customer),
        hold=customer.stage_holds.filter(ended_at=None).select_related("stage").first(),
        identities=identities,
        suppressed=set(Suppression.objects.filter(addresses).values_list("kind", "value")),
        consents=list(customer.consents.order_by("channel", "topic")),
        memberships=list(stays.select_related("segment").order_by("segment__name")),
        enrollments=list(inside.select_related("journey", "version").order_by("-entered_at")),
        received=_received(customer, now),
        traits=_traits(customer),
        merges=list(
            MergeRecord.objects.filter(Q(customer_id=customer.pk) | Q(old_id=customer.pk))
            .defer("remembered")
            .select_related("source")
            .order_by("-pk")[:MOST_MERGES]
        ),
    )


def _traits(customer: Customer) -> list[Trait]:
    """What is known of the customer, as whoever asks may see it, and what could not be taken."""
    told = customer.trait_sources
    sources = Source.objects.in_bulk(set(told.values())) if told else {}
    times, faults = customer.trait_times, customer.trait_errors
    shown = shown_document(customer.traits)
    names = [*shown, *(name for name in faults if name not in shown)]
    return [
        Trait(
            name,
            shown.get(name, ""),
            str(sources.get(told.get(name, told.get(MOST)), "")),
            EPOCH + times[name] * MICROSECOND if name in times else None,
            gettext(faults[name]) if name in faults else "",
        )
        for name in names
    ]


def _path(customer: Customer) -> list[StageStop]:
    visits: dict[int, int] = dict(
        StageMove.objects.filter(customer=customer)
        .order_by()
        .values_list("to_stage_id")
        .annotate(Count("pk"))
    )
    return [
        StageStop(stage, visits.get(stage.number, 0), stage.number == customer.stage_id)
        for stage in Stage.objects.order_by("number")
    ]


def _received(customer: Customer, now: datetime) -> dict[str, int]:
    """How many messages went out in the last week and month, and were opened.

    Those that a holdout kept back took their place in the caps too, and are not counted.
    """
    week, month = now - timedelta(days=7), now - timedelta(days=30)
    sent = Message.objects.filter(customer=customer, slot_at__gt=month, slot_at__lte=now)
    counted: dict[str, Any] = sent.exclude(state=MessageState.SUPPRESSED).aggregate(
        week=Count("pk", filter=Q(slot_at__gt=week)),
        month=Count("pk"),
        opened=Count("pk", filter=Q(opened_at__isnull=False)),
    )
    return {name: int(value) for name, value in counted.items()}
