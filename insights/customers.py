"""What is known of one customer, in a handful of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from channels.models import Message, MessageState
from customers.models import (
    Consent,
    Customer,
    Identity,
    Membership,
    Segment,
    Stage,
    StageHold,
    StageMove,
    Suppression,
)
from insights.purchases import Purchases, purchases
from journeys.models import Enrollment, Standing


@dataclass(frozen=True)
class StageStop:
    """One of the seven, and whether this customer has been there or is."""

    stage: Stage
    visits: int
    is_here: bool


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
    purchases: Purchases


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
        purchases=purchases(customer),
    )


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
