"""Every journey of the gallery can be published as it is, and does what its tests say."""

import pytest

from channels.models import Channel, Content
from channels.secrets import seal
from customers.models import Stage
from journeys import checks, services
from journeys.models import Journey, KeptTest
from journeys.ready import ready_journeys, take_over
from journeys.services import create_journey
from tests.builders import NOON

READY = ready_journeys()


def test_each_stage_has_its_own():
    served = {one.journey.serves for one in READY.values()}

    assert len(READY) >= 14
    assert served == {"awareness", "discovery", "interest", "consideration", "action", "use", "advocacy"}


@pytest.mark.parametrize("slug", READY)
def test_it_is_named_and_written_in_english_and_italian(slug):
    ready = READY[slug]

    assert ready.said("en") != ready.said("it")
    assert ready.said("it-IT") == ready.italian
    assert {content.slug for content in ready.contents} == set(ready.journey.contents)
    for content in ready.contents:
        assert set(content.texts) == {"en", "it"}
        english, italian = content.texts["en"], content.texts["it"]
        assert english.link == italian.link
        assert (english.subject, english.paragraphs, english.body) != (
            italian.subject,
            italian.paragraphs,
            italian.body,
        )


@pytest.mark.django_db
@pytest.mark.parametrize("slug", READY)
@pytest.mark.usefixtures("channels")
def test_it_is_published_without_a_warning_and_does_what_its_tests_say(slug):
    journey = take_over(READY[slug], "en")

    found = checks.look_over(journey.draft, NOON)
    services.publish(journey.pk, NOON)  # which runs its tests, and is refused where one fails

    assert (found.errors, found.warnings) == ([], [])
    assert KeptTest.objects.filter(journey=journey).exists()
    assert journey.draft["goals"]
    assert Journey.objects.get(pk=journey.pk).state == "live"


@pytest.fixture
def channels():
    for kind in ("email", "sms", "push"):
        Channel.objects.create(
            kind=kind, provider="journal", settings=seal({"path": "nowhere"}), sender="shop@example.com"
        )


@pytest.mark.django_db
def test_what_is_there_stays_and_a_key_that_is_taken_gets_a_number():
    theirs = Content.objects.create(slug="nps-ask", name="Theirs", channel="email")
    use = Stage.objects.get(slug="use")
    for slug in ("nps", "nps-2"):
        create_journey(slug, slug, use, use)

    journey = take_over(READY["nps"], "it")

    assert (journey.slug, journey.name) == ("nps-3", "NPS con rami")
    theirs.refresh_from_db()
    assert (theirs.name, theirs.texts.count()) == ("Theirs", 0)
    assert Content.objects.get(slug="nps-thanks").texts.count() == 2
    assert KeptTest.objects.filter(journey=journey).count() == 3
