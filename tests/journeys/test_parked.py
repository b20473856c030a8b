"""Who is parked is told, and goes on when somebody has mended the cause."""

import pytest

from journeys import engine, services
from journeys.counts import journey_counts
from journeys.models import JourneyAct
from journeys.parked import Parked, parked, retry_enrollments, retry_journey
from tests import builders
from tests.builders import DAY, NOON
from tests.journeys.builders import enrolled, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", {"next": None}, span="P2D")
FAILED = {"is_on_hold": True, "attempts": 5, "due_at": NOON + DAY}


def stopped(version, error="seven is nine", **fields):
    return enrolled(version, builders.customer(), **(FAILED | {"error": error} | fields))


def stands(enrollment):
    enrollment.refresh_from_db()
    return enrollment.is_on_hold, enrollment.attempts, enrollment.error, enrollment.due_at


def test_who_is_parked_is_told_by_step_and_error():
    version, other = live(PAUSE), live(PAUSE, slug="other")
    for error in ("a", "b", "b"):
        stopped(version, error)
    stopped(other)
    enrolled(version, builders.customer(), attempts=4, error="a")
    enrolled(
        version, builders.customer(), **FAILED | {"error": "gone", "lacks": "content:hello", "attempts": 0}
    )

    assert parked(version.journey_id) == [Parked("pause", "b", 2), Parked("pause", "a", 1)]
    assert {pk: counts.parked for pk, counts in journey_counts().items()} == {
        version.journey_id: 3,
        other.journey_id: 1,
    }


def test_retry_gives_another_five_attempts_at_once():
    version = live(PAUSE)
    one, two = stopped(version), stopped(version)
    assert engine.advance(NOON) == 0

    assert retry_enrollments([one.pk], NOON) == 1

    assert stands(one) == (False, 0, "", NOON)
    assert stands(two) == (True, 5, "seven is nine", NOON + DAY)
    assert engine.advance(NOON) == 1


def test_retry_of_a_journey_is_of_all_in_it():
    version, other = live(PAUSE), live(PAUSE, slug="other")
    ones = [stopped(version), stopped(version)]
    elsewhere = stopped(other)

    assert retry_journey(version.journey_id, NOON) == 2
    assert list(JourneyAct.objects.filter(what="retried").values_list("journey_id", "details")) == [
        (version.journey_id, {"customers": 2})
    ]
    assert [stands(one)[0] for one in (*ones, elsewhere)] == [False, False, True]


def test_retry_in_a_paused_journey_waits_until_it_goes_on():
    version = live(PAUSE)
    one = stopped(version)
    services.pause(version.journey_id)

    assert retry_enrollments([one.pk], NOON) == 1
    assert stands(one)[:2] == (True, 0)
    assert engine.advance(NOON) == 0

    services.resume(version.journey_id, NOON)
    assert engine.advance(NOON) == 1


def test_who_is_not_parked_is_left_alone():
    version = live(PAUSE)
    well = enrolled(version, builders.customer())
    lacking = stopped(version, attempts=0, lacks="content:hello")

    assert retry_enrollments([well.pk, lacking.pk], NOON) == 0
    assert stands(lacking)[0]
