import pytest

from channels.models import Message
from journeys.counts import journey_counts, step_counts
from journeys.models import Enrollment, Journey, JourneyVersion, StepLog
from journeys.tallies import STEPS
from tests.builders import HOUR, NOON, customer

pytestmark = pytest.mark.django_db


def test_counts_say_who_is_where_and_what_was_sent() -> None:
    journey = Journey.objects.create(slug="a", name="A", serves_id=1, leads_to_id=2)
    version = JourneyVersion.objects.create(journey=journey, number=1, graph={}, published_at=NOON)
    for number, state in enumerate(["sent", "held", "suppressed"]):
        ada = customer()
        enrollment = Enrollment.objects.create(
            journey=journey,
            version=version,
            customer=ada,
            step="b",
            reached_at=NOON,
            due_at=NOON,
            entered_at=NOON,
        )
        StepLog.objects.create(
            enrollment=enrollment,
            customer=ada,
            version=version,
            step="a",
            visit=1,
            branch="next",
            reached_at=NOON,
            left_at=NOON + HOUR,
        )
        Message.objects.create(
            customer=ada,
            channel="sms",
            source="journey",
            source_id=version.pk,
            enrollment_id=enrollment.pk,
            step="a",
            visit=number,
            state=state,
            due_at=NOON if state == "held" else None,
            created_at=NOON,
        )

    STEPS.recount(NOON)  # the engine has not written this log

    whole, steps = journey_counts()[journey.pk], step_counts([version.pk])

    assert (whole.entered, whole.inside, whole.sent, whole.held, whole.not_sent) == (3, 3, 1, 1, 1)
    assert (steps["a"].entered, steps["a"].passed, steps["a"].ways) == (3, 3, [("next", 3)])
    assert (steps["b"].entered, steps["b"].inside) == (3, 3)
