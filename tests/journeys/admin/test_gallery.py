"""The page on which a new journey begins."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from journeys.models import Journey, JourneyAct
from journeys.ready import ready_journeys

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


def test_all_that_are_ready_are_shown_in_the_readers_language(ada):
    english = ada.get(reverse("admin:journey_new")).content.decode()
    italian = ada.get(reverse("admin:journey_new"), headers={"accept-language": "it"}).content.decode()

    for ready in ready_journeys().values():
        assert reverse("admin:journey_ready", args=[ready.slug]) in english
    assert "Cart reminder with holdout" in english
    assert "Promemoria del carrello con gruppo di controllo" in italian


def test_one_is_looked_at_before_it_is_taken(ada):
    page = ada.get(reverse("admin:journey_ready", args=["nps"])).content.decode()

    assert "Would you recommend" in page or "how likely would you recommend" in page
    assert "answered" in page
    assert ada.get(reverse("admin:journey_ready", args=["nothing"])).status_code == 404


def test_taking_one_over_makes_a_draft_and_leads_to_the_designer(ada):
    answer = ada.post(reverse("admin:journey_take", args=["welcome-series"]))

    journey = Journey.objects.get(slug="welcome-series")
    assert answer["Location"] == reverse("admin:journey_designer", args=[journey.pk])
    assert (journey.state, journey.draft) == ("draft", ready_journeys()["welcome-series"].journey.draft)
    assert JourneyAct.objects.get(journey=journey).by.username == "ada"


def test_the_map_leads_to_it(ada):
    page = ada.get(reverse("admin:journeys_journey_changelist")).content.decode()

    assert f'href="{reverse("admin:journey_new")}"' in page
