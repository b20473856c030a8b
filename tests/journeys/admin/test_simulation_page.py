import json
from datetime import date, timedelta

import msgspec
import pytest
from django.contrib.auth.models import Permission, User

from journeys.models import Simulation
from journeys.simulate.counts import JourneyCounts, LegResult, StepCounts
from journeys.simulate.outcome import outcome
from tests.builders import NOON
from tests.journeys.builders import content, draft, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey():
    content("hello")
    return draft(step("hello", "send_email", content="hello"))


def page(admin_client, journey, **query):
    return admin_client.get(f"/admin/journeys/{journey.pk}/simulation/", query)


def simulated(journey, **said):
    """A simulation that has ended, with small figures."""
    without = LegResult(
        customers=10,
        weeks=2,
        pressure=[(1, 4)],
        every_day=[(date(2025, 3, 2), 4)],
        journeys={99: JourneyCounts(entered=5, sent=4)},
    )
    with_draft = LegResult(
        customers=10,
        weeks=2,
        people=3,
        entered=4,
        finished=3,
        inside=1,
        pressure=[(1, 5), (2, 1)],
        every_day=[(date(2025, 3, 2), 6), (date(2025, 3, 3), 1)],
        days=[(date(2025, 3, 2), "email", 3)],
        reasons=[("sent", "", 3), ("held", "cap", 1)],
        exits=[("finished", 3)],
        steps={
            "hello": StepCounts(entered=4, inside=1, branches={"sent": 3}, messages={"sent": 3, "held": 1})
        },
        journeys={99: JourneyCounts(entered=5, sent=3, waited=2)},
    )
    told = outcome(
        without, with_draft, {99: ("other", "The other")}, (NOON - timedelta(days=7), NOON), 40, 1.2
    )
    values = {"state": "done", "result": msgspec.to_builtins(told)} | said
    return Simulation.objects.create(
        journey=journey, draft=journey.draft, days=7, customers=10, until=NOON, asked_at=NOON, **values
    )


def test_before_the_first_simulation_the_page_says_what_it_is(admin_client, journey):
    shown = page(admin_client, journey)

    assert shown.status_code == 200
    assert "Nothing was simulated yet" in shown.content.decode()
    assert "all, up to 50,000" in shown.content.decode()


def test_a_simulation_is_asked_for_followed_and_cancelled(admin_client, journey):
    admin_client.post(f"/admin/journeys/{journey.pk}/simulate/", {"days": "7", "customers": "1000"})
    asked = Simulation.objects.get()
    assert (asked.days, asked.customers, asked.state) == (7, 1000, "queued")
    assert asked.asked_by.username == "admin"

    assert "One simulation runs at a time." in page(admin_client, journey).content.decode()
    fragment = admin_client.get(f"/admin/simulations/{asked.pk}/progress/")
    assert (fragment.status_code, "HX-Refresh" in fragment.headers) == (200, False)

    admin_client.post(f"/admin/simulations/{asked.pk}/cancel/")
    asked.refresh_from_db()
    assert asked.state == "cancelled"
    assert admin_client.get(f"/admin/simulations/{asked.pk}/progress/").headers["HX-Refresh"] == "true"
    assert "The simulation was cancelled on" in page(admin_client, journey).content.decode()


def test_what_was_simulated_is_told(admin_client, journey):
    simulated(journey)

    shown = page(admin_client, journey)

    text = shown.content.decode()
    assert shown.context["told"].people == 3
    assert "Drawn were 10 of 40 customers" in text
    assert "The other" in text
    assert "1 journey has to give way" in text
    assert [(row.lost, row.delayed) for row in shown.context["told"].beside] == [(1, 2)]
    assert [(row.messages, row.before, row.after) for row in shown.context["levels"]] == [
        (0, 16, 14),
        (1, 4, 5),
        (2, 0, 1),
    ]


def test_what_failed_says_why_and_earlier_ones_can_be_looked_at(admin_client, journey):
    earlier = simulated(journey)
    simulated(journey, state="failed", result=None, error="It took too long.")

    assert "It took too long." in page(admin_client, journey).content.decode()
    assert "told" in page(admin_client, journey, show=earlier.pk).context


def test_a_broken_draft_and_nonsense_are_not_simulated(admin_client, journey):
    for body in ({"days": "8", "customers": "1000"}, {}):
        admin_client.post(f"/admin/journeys/{journey.pk}/simulate/", body)
    journey.draft["steps"][0]["settings"]["content"] = "gone"
    journey.save()
    admin_client.post(f"/admin/journeys/{journey.pk}/simulate/", {"days": "7", "customers": "1000"})

    assert not Simulation.objects.exists()
    assert "there is no content" in page(admin_client, journey).content.decode()


def asked_of(client, journey, body):
    url = f"/admin/journeys/{journey.pk}/simulations/"
    return client.post(url, json.dumps(body), content_type="application/json")


def test_designer_asks_for_a_simulation_and_stops_it(admin_client, journey):
    asked = asked_of(admin_client, journey, {"days": 7, "customers": 1000})

    row = asked.json()
    assert (asked.status_code, row["state"], row["percent"], row["is_of_draft"]) == (202, "queued", 0, True)
    assert admin_client.get(row["urls"]["numbers"]).json() == row
    assert admin_client.post(row["urls"]["stop"]).json()["state"] == "cancelled"
    listed = admin_client.get(f"/admin/journeys/{journey.pk}/simulations/").json()["simulations"]
    assert [(one["id"], one["state"]) for one in listed] == [(row["id"], "cancelled")]


def test_designer_shows_the_numbers_of_a_simulation_as_it_shows_live_ones(admin_client, journey):
    row = simulated(journey)

    told = admin_client.get(f"/admin/simulations/{row.pk}/numbers/").json()

    step = told["numbers"]["steps"]["hello"]
    assert (told["numbers"]["entered"], told["drawn"], told["numbers"]["ended"]) == (4, 10, {"finished": 3})
    assert (step["came"], step["waiting"], step["passed"], step["sent"], step["held"]) == (4, 1, 3, 3, 1)
    assert told["numbers"]["edges"] == {"hello": {"sent": 3}}


@pytest.mark.parametrize(
    ("body", "path"), [({"days": 8, "customers": 1000}, "days"), ([], ""), ({"days": 7}, "customers")]
)
def test_designer_is_told_what_keeps_a_simulation_from_beginning(admin_client, journey, body, path):
    refused = asked_of(admin_client, journey, body)

    assert (refused.status_code, [error["path"] for error in refused.json()["errors"]]) == (400, [path])
    assert not Simulation.objects.exists()


def test_viewers_see_simulations_and_ask_for_none(client, journey):
    vera = User.objects.create_user("vera", is_staff=True)
    vera.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client.force_login(vera)

    assert client.get(f"/admin/journeys/{journey.pk}/simulations/").json() == {"simulations": []}
    assert asked_of(client, journey, {"days": 7, "customers": 1000}).status_code == 403
