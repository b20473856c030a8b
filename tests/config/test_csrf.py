import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("ada"))
    return client


def test_a_script_without_the_token_is_told_so_in_json(ada: Client) -> None:
    address = reverse("admin:journey_save", args=[1])

    answer = ada.post(address, "{}", content_type="application/json")

    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "Your session has changed: load the page anew.",
    )


def test_a_form_without_the_token_gets_a_page(ada: Client) -> None:
    answer = ada.post(reverse("admin:journey_move", args=[1]), {"move": "pause"})

    assert (answer.status_code, answer["Content-Type"]) == (403, "text/html; charset=utf-8")
