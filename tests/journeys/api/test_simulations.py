from datetime import timedelta

import pytest

from config.api.opaque import seal
from journeys.models import Simulation
from tests.builders import NOON
from tests.clients import client, results
from tests.journeys.builders import draft, step

pytestmark = pytest.mark.django_db
URL = "/api/v1/journeys/welcome/simulate/"
ONE = "/api/v1/simulations/{}/"


PAUSE = step("pause", "wait", span="P2D")


def pause_journey(**settings):
    return draft(PAUSE | {"settings": settings} if settings else PAUSE)


def test_a_simulation_is_asked_for_and_looked_at():
    pause_journey()

    response = client("design").post(URL, {"days": 7, "customers": 500}, format="json")

    assert response.status_code == 202, response.content
    asked = response.json()
    assert (asked["journey"], asked["state"], asked["days"], asked["customers"]) == (
        "welcome",
        "queued",
        7,
        500,
    )
    assert asked["result"] is None
    assert client("read").get(ONE.format(asked["id"])).json() == asked
    assert results(client("read").get("/api/v1/simulations/")) == [asked]


def test_a_draft_that_can_not_be_published_is_not_simulated():
    pause_journey(span="soon")

    response = client("design").post(URL, {}, format="json")

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == ["draft.steps.pause.settings.span"]
    assert not Simulation.objects.exists()


@pytest.mark.parametrize(
    "body", [{"days": 0}, {"days": 91}, {"customers": 0}, {"customers": 50_001}, {"seed": -1}]
)
def test_more_than_can_be_simulated_is_refused_by_name(body):
    pause_journey()

    response = client("design").post(URL, body, format="json")

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == list(body)


def test_simulations_are_found_by_journey_and_state():
    for journey, state in ((pause_journey(), "done"), (draft(PAUSE, slug="other"), "cancelled")):
        Simulation.objects.create(
            journey=journey, draft={}, days=1, customers=1, until=NOON, asked_at=NOON, state=state
        )

    def found(**asked):
        return [row["journey"] for row in results(client("read").get("/api/v1/simulations/", asked))]

    assert found(journey="other") == found(state="cancelled") == ["other"]
    assert found(journey="welcome", state="cancelled") == []
    assert found() == ["other", "welcome"]


def test_cancelling_twice_changes_nothing():
    pause_journey()
    asked = client("design").post(URL, {}, format="json").json()
    url = ONE.format(asked["id"]) + "cancel/"

    first, second = (client("design").post(url).json() for _ in range(2))

    assert first["state"] == second["state"] == "cancelled"
    assert first["ended_at"] == second["ended_at"]


def test_an_archived_journey_and_an_eleventh_that_waits_are_conflicts():
    journey = pause_journey()
    for _ in range(10):
        Simulation.objects.create(
            journey=journey, draft={}, days=1, customers=1, until=NOON, asked_at=NOON - timedelta(days=1)
        )
    assert client("design").post(URL, {}, format="json").status_code == 409

    Simulation.objects.all().delete()
    journey.state = "archived"
    journey.save()
    assert client("design").post(URL, {}, format="json").status_code == 409


def test_what_does_not_exist_is_not_found():
    assert client("read").get(ONE.format(seal("simulation", 7))).status_code == 404
