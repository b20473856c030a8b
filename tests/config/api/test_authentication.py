import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from config.models import ApiKey
from tests.clients import WHEN, bearer, client
from tests.people import person

pytestmark = pytest.mark.django_db
URL = "/api/v1/clock/"


def test_key_opens_the_api():
    assert client("read").get(URL).status_code == 200


def test_use_of_a_key_is_noted():
    client("read").get(URL)

    assert ApiKey.objects.get().last_used_at is not None


def test_no_key_is_answered_with_what_to_show():
    response = APIClient().get(URL)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="Sette"'
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("secret", ["", "sk_unknown", "è" * 40, "x" * 5000])
def test_unknown_key_is_refused(secret):
    assert bearer(secret).get(URL).status_code == 401


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_key_that_is_over_is_refused(field):
    key, secret = ApiKey.issue("old", ["full"], WHEN)
    ApiKey.objects.filter(pk=key.pk).update(**{field: WHEN})

    assert bearer(secret).get(URL).status_code == 401


@pytest.mark.parametrize(
    ("roles", "reads", "writes"), [(["administrator"], 200, 200), (["viewer"], 200, 403), ([], 403, 403)]
)
def test_session_does_what_the_roles_of_the_person_allow(roles, reads, writes):
    browser = APIClient()
    browser.force_login(person(*roles))

    assert browser.get(URL).status_code == reads
    assert browser.post(URL, {"advance_by": "PT0S"}, format="json").status_code == writes


def test_session_of_somebody_who_is_no_admin_is_refused():
    browser = APIClient()
    browser.force_login(User.objects.create_user("ada"))

    assert browser.get(URL).status_code == 403


def test_session_needs_the_csrf_token():
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("ada"))

    assert browser.post(URL, {"advance_by": "PT0S"}, format="json").status_code == 403
