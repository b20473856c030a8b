import pytest
from django.test import Client
from django.urls import reverse

from config.csp import HEADER
from config.pages import site
from tests.people import browser

pytestmark = pytest.mark.django_db
ANSWERS = {  # asked by a script
    **dict.fromkeys(("journey_check", "journey_copy", "journey_keep_test", "journey_look"), "journey_id"),
    **dict.fromkeys(("journey_numbers", "journey_save", "journey_simulations", "journey_walk"), "journey_id"),
    **dict.fromkeys(("simulation_numbers", "simulation_stop"), "simulation_id"),
}


def test_every_answer_to_a_script_is_tried_here() -> None:
    assert site()._answers == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_tells_strangers_in_json(client: Client, name: str) -> None:
    answer = client.post(reverse(f"admin:{name}", kwargs={ANSWERS[name]: 1}))

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
    assert answer.json() == {"detail": "Your session has ended: log in again."}


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_refuses_people_without_the_right_in_json(name: str) -> None:
    answer = browser().post(reverse(f"admin:{name}", kwargs={ANSWERS[name]: 1}))

    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("You may not do this. It needs one of these roles: ")


def test_eval_is_allowed_under_the_admin_only(client: Client) -> None:
    inside, outside = client.get(reverse("admin:login")), client.get("/m/u/none")
    documentation = client.get("/static/docs/nothing.html")

    assert "'unsafe-eval'" in inside[HEADER]
    assert "'unsafe-eval'" not in outside[HEADER]
    assert "script-src 'self' 'unsafe-inline';" in documentation[HEADER]
    assert "'unsafe-inline'" not in inside[HEADER].split("script-src")[1].split(";")[0]
