import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from config.refusal import needed
from tests.people import browser, person

pytestmark = pytest.mark.django_db


def words(client: Client, url: str, status: int = 403) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_refused_page_says_which_roles_may_and_whom_to_ask():
    User.objects.create_superuser("anna", first_name="Anna", last_name="Prova")
    person("administrator")

    page = words(browser("viewer"), reverse("admin:journey_new"))

    assert 'You are here as <span class="s-strong">Viewer</span>.' in page
    assert '<span class="s-strong">Marketer, Campaign manager, Administrator</span>' in page
    assert '<span class="s-strong">Anna Prova, administrator</span>' in page


@pytest.mark.parametrize(
    ("role", "name", "roles"),
    [
        ("marketer", "config_apikey_changelist", "Integrator, Administrator"),
        ("viewer", "customers_segment_add", "Marketer, Campaign manager, Administrator"),
        ("integrator", "auth_user_changelist", "Administrator"),
    ],
)
def test_refused_list_or_form_says_which_roles_may(role, name, roles):
    assert f'<span class="s-strong">{roles}</span>' in words(browser(role), reverse(f"admin:{name}"))


def test_person_without_a_role_is_told_so_at_the_door():
    page = words(browser(), reverse("admin:index"))

    assert "You have no role yet." in page
    assert reverse("admin:logout") in page


def test_refusal_is_told_in_the_readers_language():
    client = browser("viewer")

    with translation.override("en"):  # which is put back
        answer = client.get(reverse("admin:journey_new"), headers={"Accept-Language": "it"})

    assert (answer.status_code, answer["Content-Language"]) == (403, "it")


def test_needed_names_the_roles_that_hold_a_permission():
    assert needed("config.send") == (
        "You may not do this. It needs one of these roles: Campaign manager or Administrator."
    )


def test_script_is_told_which_roles_may():
    answer = browser("viewer").post("/admin/journeys/1/copy/", {}, content_type="application/json")

    assert (answer.status_code, answer.json()) == (403, {"detail": needed("journeys.add_journey")})
