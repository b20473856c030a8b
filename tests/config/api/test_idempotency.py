from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from channels.models import Cap
from config import clock
from config.models import KeptAnswer
from tests.clients import bearer, client

pytestmark = pytest.mark.django_db
URL = "/api/v1/caps/"


def post(api, key="k1", name="weekly", **fields):
    body = {"name": name, "limit": 3, "window": "week"} | fields
    return api.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_post_sent_again_gets_its_first_answer():
    api = client("design")

    first, again = post(api), post(api)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Cap.objects.count() == 1


def test_another_body_under_the_same_key_is_a_conflict():
    api = client("design")
    post(api)

    assert post(api, name="daily").status_code == 409
    assert Cap.objects.count() == 1


def test_keys_of_two_holders_are_two():
    first, second = client("design"), client("design")

    post(first)
    response = post(second)

    assert "Idempotency-Replayed" not in response
    assert response.status_code == 400  # the name is taken


def test_failure_is_not_kept():
    api = client("design")

    assert post(api, limit=0).status_code == 400
    assert KeptAnswer.objects.count() == 0
    assert post(api).status_code == 201


def test_answer_is_forgotten_after_a_day(monkeypatch):
    api = client("design")
    post(api)
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert post(api).status_code == 400
    assert post(api, name="daily", key="k2").status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_key_that_is_too_long_is_refused():
    assert post(client("design"), key="k" * 201).json()["errors"][0]["path"] == "Idempotency-Key"


def test_refused_scope_keeps_nothing():
    assert post(client("read")).status_code == 403
    assert KeptAnswer.objects.count() == 0


def test_answers_about_people_are_not_kept():
    body = {"identities": {"email": "a@example.com"}}

    made = client("customers").post("/api/v1/customers/", body, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert made.status_code == 201
    assert KeptAnswer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_moment_create_one():
    secret = client("design")._credentials["HTTP_AUTHORIZATION"].split()[1]

    def ask(_number):
        try:
            return post(bearer(secret)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(ask, range(6)))

    assert statuses == [201] * 6
    assert Cap.objects.count() == 1
