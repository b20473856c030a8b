"""What a journey in force names is neither deleted nor renamed; what only an old version named may go."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from channels.models import Content
from customers.models import Segment
from customers.rules import RuleError
from customers.segments import archive_segment, delete_segment, save_segment
from journeys import engine, services
from journeys.faults import GraphError
from journeys.models import Enrollment, Journey
from tests.builders import DAY, NOON, customer
from tests.journeys.builders import content, draft, enrolled, live, step

pytestmark = pytest.mark.django_db
BYE = step("bye", "exit")


def segment() -> Segment:
    return save_segment(Segment(slug="romans", name="Romans", rule={}), NOON)


def on_entering(slug: str) -> dict[str, str]:
    return {"kind": "segment_entered", "segment": slug}


def in_segment(slug: str) -> dict[str, str]:
    return {"field": "segment", "operator": "in", "value": slug}


@pytest.mark.parametrize(
    ("steps", "trigger"),
    [
        ([BYE], on_entering("romans")),
        ([BYE], {"kind": "schedule", "segment": "romans", "at": "2030-01-01T00:00:00Z"}),
        ([step("way", "branch", rules=[{"branch": "in", "rule": in_segment("romans")}])], None),
    ],
)
def test_segment_that_a_live_journey_asks_for_stays(steps, trigger):
    romans = segment()
    live(*steps, trigger=trigger)

    with pytest.raises(RuleError, match="The segment romans is used by: the journey welcome"):
        delete_segment(romans)
    romans.slug = "others"
    with pytest.raises(RuleError, match="the journey welcome"):
        save_segment(romans, NOON)


def test_segment_of_a_draft_or_of_an_old_version_that_everybody_has_left_may_go():
    romans = segment()
    draft(BYE, slug="later", trigger=on_entering("romans"))
    old = live(BYE, trigger=on_entering("romans"))
    inside = enrolled(old, customer())
    services.save_draft(old.journey_id, {**old.graph, "trigger": {"kind": "event", "event": "X"}})
    services.publish(old.journey_id, NOON + DAY)

    with pytest.raises(RuleError, match="the journey welcome"):
        delete_segment(romans)  # somebody is still inside

    inside.standing, inside.ended_at, inside.due_at = "ended", NOON, None
    inside.save()
    delete_segment(romans)
    assert Segment.objects.count() == 0


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_content_that_a_live_journey_sends_can_not_be_deleted_by_hand(admin):
    letter = content("letter")
    version = live(step("send", "send_email", content="letter"))
    url = reverse("admin:channels_content_delete", args=[letter.pk])

    refused = admin.post(url, {"post": "yes"})

    assert "letter: the journey welcome" in refused.content.decode()
    assert Content.objects.filter(pk=letter.pk).exists()

    Journey.objects.filter(pk=version.journey_id).update(state=Journey.State.ARCHIVED)
    assert admin.post(url, {"post": "yes"}).status_code == 302
    assert not Content.objects.filter(pk=letter.pk).exists()


def test_key_of_a_content_that_is_there_is_only_shown(admin):
    letter = content("letter")

    page = admin.get(reverse("admin:channels_content_change", args=[letter.pk])).content.decode()

    assert 'name="name"' in page
    assert 'name="slug"' not in page
    assert 'name="slug"' in admin.get(reverse("admin:channels_content_add")).content.decode()


def test_content_that_messages_were_made_from_stays_and_says_so(admin):
    letter = content("letter")
    version = live(step("send", "send_email", content="letter"))
    enrolled(version, customer(email="anna@example.com"))
    engine.advance(NOON)
    Journey.objects.filter(pk=version.journey_id).update(state=Journey.State.ARCHIVED)
    Enrollment.objects.update(standing="ended", ended_at=NOON, due_at=None)
    url = reverse("admin:channels_content_delete", args=[letter.pk])

    refused = admin.post(url, {"post": "yes"}).content.decode()

    assert "letter: messages that were made from it" in refused
    assert "the journey welcome" not in refused
    assert Content.objects.filter(pk=letter.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_segment_that_is_archived_meanwhile_is_not_published():
    romans, refused = segment(), []
    journey = draft(BYE, trigger=on_entering("romans"))

    def publish() -> None:
        try:
            services.publish(journey.pk, NOON)
        except GraphError as error:
            refused.append(str(error))
        connection.close()

    with transaction.atomic():
        archive_segment(romans, NOON)
        publishing = threading.Thread(target=publish)
        publishing.start()
        publishing.join(0.5)
        assert publishing.is_alive()
    publishing.join(10)

    assert len(refused) == 1
    assert "there is no segment 'romans'" in refused[0]
