import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from config.models import ApiKey, Scope
from tests.clients import WHEN
from tests.people import browser

pytestmark = pytest.mark.django_db


def roles(*slugs: str) -> list[int]:
    return [Group.objects.get(name=slug).pk for slug in slugs]


def test_person_is_made_with_a_role_and_may_enter():
    answer = browser("administrator").post(
        reverse("admin:auth_user_add"),
        {
            "username": "carla",
            "usable_password": "true",
            "password1": "a long-enough 1",
            "password2": "a long-enough 1",
            "groups": roles("marketer"),
        },
    )

    made = User.objects.get(username="carla")
    assert answer.status_code == 302
    assert (made.is_staff, made.is_superuser) == (True, False)
    assert made.has_perm("journeys.change_journey")


def test_roles_are_chosen_by_their_names_and_changed():
    carla = User.objects.create_user("carla")
    url = reverse("admin:auth_user_change", args=[carla.pk])
    client = browser("administrator")

    page = client.get(url).content.decode()
    values = {"username": "carla", "is_active": "on", "groups": roles("approver", "viewer")}
    client.post(url, values)

    assert "Campaign manager: Also publishes" in page
    assert "user_permissions" not in page
    assert sorted(carla.groups.values_list("name", flat=True)) == ["approver", "viewer"]


def test_roles_of_the_product_are_read_and_those_of_an_installation_changed():
    own = Group.objects.create(name="interns")
    client = browser("administrator")

    answers = [
        client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "x"}).status_code
        for group in (Group.objects.get(name="viewer"), own)
    ]

    assert answers == [403, 302]
    assert Group.objects.filter(name__in=["viewer", "x"]).count() == 2


def test_integrator_makes_keys_of_their_own_scopes_only():
    client, url = browser("integrator"), reverse("admin:config_apikey_add")

    refused = client.post(url, {"name": "till", "scopes": [Scope.CUSTOMERS, Scope.PERSONAL]})
    made = client.post(url, {"name": "shop", "scopes": [Scope.CUSTOMERS]})

    assert (refused.status_code, made.status_code) == (200, 302)
    assert list(ApiKey.objects.values_list("name", "scopes")) == [("shop", ["customers"])]


def test_integrator_can_withdraw_a_wider_key_and_not_change_it():
    wide, _secret = ApiKey.issue("all", [Scope.FULL], WHEN)
    client = browser("integrator")

    changed = client.post(reverse("admin:config_apikey_change", args=[wide.pk]), {"name": "mine"})
    client.post(
        reverse("admin:config_apikey_changelist"), {"action": "revoke", "_selected_action": [wide.pk]}
    )

    wide.refresh_from_db()
    assert (changed.status_code, wide.name, wide.revoked_at is None) == (403, "all", False)
