import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from channels.models import Content, Message
from journeys import comments, engine, moving, publishing, services
from journeys.models import Enrollment, Journey, JourneyAct, PublishingPolicy, PublishRequest, StepComment
from tests import builders
from tests.builders import NOON
from tests.journeys.admin.test_simulation_page import simulated
from tests.journeys.builders import content, draft, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", {"next": None}, span="P2D")
REST = step("rest", "wait", {"next": None}, span="P3D")


def url(journey, page=""):
    return (
        f"/admin/journeys/journey/{journey.pk}/change/"
        if not page
        else f"/admin/journeys/{journey.pk}/{page}/"
    )


@pytest.fixture
def ada(client):
    client.force_login(get_user_model().objects.create_superuser("ada", password="x"))
    return client


def shown(response):
    assert response.status_code == 200, response
    return response.content.decode()


def in_two_versions():
    version = live(PAUSE)
    one = enrolled(version, builders.customer())
    services.save_draft(version.journey_id, graph(REST))
    return version.journey, one


def test_review_shows_changes_warnings_and_those_inside(ada):
    journey, _one = in_two_versions()

    page = shown(ada.get(url(journey, "publish")))

    assert "Step rest added: Wait: 3 days" in page
    assert 'name="acknowledged" value="no_goal"' in page
    assert 'name="to-1-pause"' in page


def test_review_tells_who_is_affected_and_what_a_simulation_told(ada):
    journey, _one = in_two_versions()
    for _ in range(3):
        builders.event(builders.customer(), at=timezone.now())

    before = shown(ada.get(url(journey, "publish")))
    journey.refresh_from_db()
    simulated(journey)
    after = shown(ada.get(url(journey, "publish")))

    assert '<p class="s-note">customers whom it would have let in</p><p class="s-figure">3</p>' in before
    assert '<p class="s-note">inside now</p><p class="s-figure">1</p>' in before
    assert "was not simulated" in before
    assert '<p class="s-note">messages sent</p><p class="s-figure">3</p>' in after
    services.save_draft(journey.pk, graph(PAUSE))
    assert "was not simulated" in shown(ada.get(url(journey, "publish")))


def test_review_publishes_and_takes_those_inside_along(ada):
    journey, one = in_two_versions()
    known = {"do": "publish", "acknowledged": ["no_goal"]}

    assert "no_goal" in shown(ada.post(url(journey, "publish"), {"do": "publish"}))
    refused = ada.post(url(journey, "publish"), known | {"move": "1", "to-1-pause": ""})
    assert "1 customer stands at this step" in shown(refused)
    done = ada.post(url(journey, "publish"), known | {"move": "1", "to-1-pause": "rest"})

    assert done.url == url(journey)
    moving.move_versions(NOON)
    one.refresh_from_db()
    assert (one.version.number, one.step) == (2, "rest")
    assert JourneyAct.objects.get(what="published", details__version=2).by.username == "ada"


def test_review_rolls_back_and_lets_those_inside_leave(ada):
    journey, one = in_two_versions()
    services.publish(journey.pk, NOON)
    known = {"do": "publish", "acknowledged": ["no_goal"], "move": "1", "to-1-pause": ":out"}

    assert "Roll back to version 1" in shown(ada.get(url(journey, "publish") + "?version=1"))
    ada.post(url(journey, "publish") + "?version=1", known)

    moving.move_versions(NOON)
    one.refresh_from_db()
    assert (Journey.objects.get().live_version.number, one.exit_reason) == (3, "migrated")
    for wrong in ("9", "x", "9999999999"):
        assert ada.get(url(journey, "publish") + f"?version={wrong}").status_code == 404


def test_a_second_person_decides_on_the_page(ada, client):
    journey = draft(PAUSE)
    PublishingPolicy.objects.create(needs_approval=True)
    ada.post(url(journey, "publish"), {"do": "publish", "acknowledged": ["no_goal"]})
    assert Journey.objects.get().state == "draft"
    ada.post(url(journey, "publish"), {"do": "ask", "acknowledged": ["no_goal"]})
    assert "Approve and publish" not in shown(ada.get(url(journey, "publish")))

    ben = get_user_model().objects.create_user("ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client.force_login(ben)
    assert client.post(url(journey, "publish"), {"do": "approve"}).status_code == 403
    ben.user_permissions.add(Permission.objects.get(codename="approve_journey"))
    assert "Approve and publish" in shown(client.get(url(journey, "publish")))
    assert client.post(url(journey, "publish"), {"do": "publish"}).status_code == 403
    client.post(url(journey, "publish"), {"do": "approve"})

    assert (Journey.objects.get().state, PublishRequest.objects.get().decided_by) == ("live", ben)


def test_a_request_is_refused_on_the_page(ada, client):
    journey = draft(PAUSE)
    asker = get_user_model().objects.create_user("ben")
    publishing.ask_approval(journey.pk, NOON, asker, acknowledged=["no_goal"])

    assert "ben asked on" in shown(ada.get(url(journey)))
    client.post(url(journey, "publish"), {"do": "refuse", "reason": "Too early"})

    assert PublishRequest.objects.get().reason == "Too early"


def test_versions_tell_who_is_inside_and_what_differs(ada):
    journey, _one = in_two_versions()

    page = shown(ada.get(url(journey, "versions")))

    assert "Roll back" not in page  # to the live one
    assert "Wait: 3 days" in page
    assert shown(ada.get(url(journey, "versions"), {"old": "draft", "new": "nothing"}))


def test_history_tells_who_did_what(ada):
    journey, _one = in_two_versions()
    services.save_draft(journey.pk, graph(PAUSE), by=get_user_model().objects.get())

    page = shown(ada.get(url(journey, "history")))

    assert "saved the draft" in page
    assert "added: pause · removed: rest · set anew: start" in page


def test_comments_are_said_answered_and_resolved_on_the_page(ada):
    journey = draft(PAUSE)
    page = url(journey, "comments")

    ada.post(page, {"step": "pause", "text": "Why two days?"})
    thread = StepComment.objects.get()
    ada.post(page, {"thread": thread.pk, "text": "The weekend"})
    told = shown(ada.get(page))
    assert "Why two days?" in told
    assert "The weekend" in told
    assert "1 open comment" in shown(ada.get(url(journey)))
    ada.post(page, {"thread": thread.pk, "resolve": "1"})
    ada.post(page, {"step": "nowhere", "text": "Hm"})

    assert list(comments.open_threads(journey.pk)) == []
    assert "Why two days?" in shown(ada.get(page + "?all=1"))
    assert ada.post(page, {"thread": "x", "text": "?"}).status_code == 404


def test_a_journey_is_paused_resumed_and_drained_by_its_buttons(ada):
    content("hello")
    version = live(step("hello", "send_email", {"next": None}, content="hello"))
    enrolled(version, builders.customer())
    engine.advance(NOON)
    states = []
    for move in (
        {"move": "pause"},
        {"move": "resume", "older_than": "1"},
        {"move": "drain"},
        {"move": "publish"},
    ):
        ada.post(url(version.journey, "move"), move)
        states.append(Journey.objects.get().state)

    assert states == ["paused", "live", "draining", "draining"]
    assert Message.objects.get().reason == "stale"


def test_the_overview_and_the_dashboard_alert_of_what_is_gone(ada):
    content("hello")
    version = live(step("hello", "send_email", {"next": None}, content="hello"))
    enrolled(version, builders.customer())
    Content.objects.all().delete()
    engine.advance(NOON)

    assert "1 customer waits for the content “hello”." in shown(ada.get(url(version.journey)))
    home = shown(ada.get("/admin/"))
    assert "customer stands still in welcome" in home
    assert "the content hello is gone" in home
    assert Enrollment.objects.get().lacks == "content:hello"


def test_who_is_parked_is_shown_with_the_error_and_tried_again(ada):
    version = live(PAUSE)
    one = enrolled(version, builders.customer(), is_on_hold=True, attempts=5, error="seven is nine")
    page = url(version.journey)

    told = shown(ada.get(page))
    assert "1 customer stands still: the step failed five times." in told
    assert "seven is nine" in told
    for elsewhere in ("/admin/", "/admin/journeys/journey/"):
        assert "1 stands still" in shown(ada.get(elsewhere))

    assert "1 customer is tried again at their step." in shown(
        ada.post(url(version.journey, "retry"), follow=True)
    )
    one.refresh_from_db()
    assert (one.is_on_hold, one.attempts) == (False, 0)
    assert "stands still" not in shown(ada.get(page))


def test_the_policy_is_one_row_that_is_made_when_it_is_opened(ada):
    page = ada.get("/admin/journeys/publishingpolicy/")
    assert page.url == "/admin/journeys/publishingpolicy/1/change/"

    ada.post(page.url, {"needs_approval": "on"})

    assert publishing.needs_approval()
    assert ada.get("/admin/journeys/publishingpolicy/").status_code == 302


def test_the_channels_count_the_customers_without_a_zone(ada):
    builders.customer(time_zone="Europe/Rome")
    builders.customer()

    assert "1 customer has no known time zone" in shown(ada.get("/admin/channels/channel/"))


def test_pages_are_only_for_those_who_may_see_journeys(client):
    journey = draft(PAUSE)
    client.force_login(get_user_model().objects.create_user("eve", is_staff=True))

    for page in ("publish", "versions", "comments", "history"):
        assert client.get(url(journey, page)).status_code == 403
