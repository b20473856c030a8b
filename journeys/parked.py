"""Enrollments whose step failed five times: told of, and set going again when the cause is mended."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Least

from config import work
from journeys.acts import Person, record
from journeys.models import Deed, Enrollment, Journey, Standing
from journeys.walk import MOST_ATTEMPTS

PARKED = Q(is_on_hold=True, lacks="", attempts__gte=MOST_ATTEMPTS) & ~Q(standing=Standing.ENDED)
MOST_TOLD = 20


class Parked(NamedTuple):
    """How many stand at a step that failed for them five times, and why."""

    step: str
    error: str
    inside: int


def parked(journey_id: int) -> list[Parked]:
    """Who is parked in a journey, the most first. Plan: enrollment_at_step, which is of those inside."""
    rows = Enrollment.objects.filter(PARKED, version__journey=journey_id).values_list("step", "error")
    counted = rows.annotate(inside=Count("pk")).order_by("-inside", "step", "error")
    return [Parked(*row) for row in counted[:MOST_TOLD]]


def retry_enrollments(enrollment_ids: Sequence[int], now: datetime, by: Person = None) -> int:
    """Give those of the enrollments that are parked another five attempts; returns how many."""
    return _retry(Enrollment.objects.filter(pk__in=list(enrollment_ids)), now, by)


def retry_journey(journey_id: int, now: datetime, by: Person = None) -> int:
    """The same with all of a journey."""
    return _retry(Enrollment.objects.filter(version__journey=journey_id), now, by)


@transaction.atomic
def _retry(rows: QuerySet[Enrollment], now: datetime, by: Person) -> int:
    """With the journeys locked before their enrollments, as by whoever pauses; a paused one's go on later."""
    parked_ones = rows.filter(PARKED)
    journeys = Journey.objects.filter(pk__in=parked_ones.order_by().values("journey"))
    locked = journeys.order_by("pk").select_for_update(no_key=True)
    paused = [pk for pk, state in locked.values_list("pk", "state") if state == Journey.State.PAUSED]
    found = parked_ones.order_by("pk").select_for_update(of=("self",)).values_list("pk", "journey_id")
    journey_of = dict(found)
    stays = Case(
        When(journey_id__in=paused, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    Enrollment.objects.filter(pk__in=journey_of).update(
        attempts=0, error="", is_on_hold=stays, due_at=Least("due_at", Value(now))
    )
    for journey_id, many in Counter(journey_of.values()).items():
        record(journey_id, Deed.RETRIED, by, customers=many)
    work.wake("journeys.advance")
    return len(journey_of)
