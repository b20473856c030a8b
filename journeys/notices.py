"""What of journeys is told to people by e-mail."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from config.notices import Found, Kind
from journeys.models import Enrollment, Journey, PublishRequest, Simulation
from journeys.parked import PARKED

FRESH = timedelta(days=1)  # for so long a simulation that is done is news


def of_journeys(now: datetime) -> Iterator[Found]:
    """Requests to publish, customers who stand still, simulations that are done."""
    for asked in PublishRequest.objects.filter(state=PublishRequest.State.OPEN).select_related("journey"):
        path = reverse("admin:journey_publish", args=[asked.journey_id])
        yield Found(Kind.APPROVAL, str(asked.pk), asked.journey.name, path)
    for journey in Journey.objects.filter(pk__in=Enrollment.objects.filter(PARKED).values("journey")):
        path = reverse("admin:journeys_journey_change", args=[journey.pk])
        yield Found(Kind.PARKED, str(journey.pk), journey.name, path)
    done = Simulation.objects.filter(ended_at__gt=now - FRESH, asked_by__isnull=False)
    for simulation in done.select_related("journey"):
        path = f"{reverse('admin:journey_simulation', args=[simulation.journey_id])}?show={simulation.pk}"
        yield Found(Kind.WORK_DONE, str(simulation.pk), simulation.journey.name, path, simulation.asked_by_id)
