"""The form of a journey, under its picture."""

import json

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from journeys import services
from journeys.models import Journey
from tests.journeys.builders import draft, graph, step

pytestmark = pytest.mark.django_db
A, B, C = (step(name, "wait", {"next": None}, span="P1D") for name in "abc")


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


def post(ada, journey, drawn, edited):
    said = {"name": "New", "slug": journey.slug, "description": "", "serves": 5, "leads_to": 6}
    address = reverse("admin:journeys_journey_change", args=[journey.pk])
    return ada.post(address, said | {"draft": json.dumps(drawn), "edited": edited})


def test_the_draft_is_kept_and_the_page_names_its_revision(ada):
    journey = draft(A)

    assert post(ada, journey, graph(B), 0).status_code == 302

    stored = Journey.objects.get()
    assert (stored.name, stored.draft, stored.revision) == ("New", graph(B), 1)
    page = ada.get(reverse("admin:journeys_journey_change", args=[journey.pk])).content.decode()
    assert '<input type="hidden" name="edited" value="1"' in page


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(ada):
    journey = draft(A)
    services.save_draft(journey.pk, graph(B))

    answer = post(ada, journey, graph(C), 0)

    assert "Somebody else has changed this journey meanwhile." in answer.content.decode()
    stored = Journey.objects.get()
    assert (stored.name, stored.draft) == ("welcome", graph(B))


def test_new_journey_begins_empty_in_the_designer(ada):
    said = {"name": "New", "slug": "new", "description": "", "serves": 5, "leads_to": 6}

    answer = ada.post(reverse("admin:journeys_journey_add"), said | {"_save": "Save"})

    made = Journey.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("admin:journey_designer", args=[made.pk]))
    assert (made.name, made.draft) == ("New", {})
    assert post(ada, made, {}, 0).status_code == 302  # its name may be changed before it is drawn
