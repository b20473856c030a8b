import pytest
from django.contrib.auth.models import User

from config.undo import undo_of
from journeys.models import Journey
from journeys.services import pause
from tests import builders
from tests.journeys.builders import draft, enrolled, live, step

pytestmark = pytest.mark.django_db
WAIT = step("a", "wait", {"next": None}, span="P1D")


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


def post(client, journeys, move):
    chosen = [journey.pk for journey in journeys]
    return client.post("/admin/journeys/move/", {"journey": chosen, "move": move}, follow=True)


def states():
    return dict(Journey.objects.values_list("slug", "state"))


def undo(client, page):
    """As the button of the toast does."""
    [back] = [undo_of(message.extra_tags) for message in page.context["messages"] if message.extra_tags]
    return client.post(back["url"], back["fields"], follow=True)


def test_the_map_offers_to_choose_journeys(ada):
    page = ada.get("/admin/journeys/journey/").content.decode()
    assert "journeys-chosen" in page

    journey = draft(WAIT)
    assert f'name="journey" value="{journey.pk}"' in ada.get("/admin/journeys/journey/").content.decode()


def test_several_are_paused_and_the_pause_is_taken_back(ada):
    one, two = live(WAIT, slug="one").journey, live(WAIT, slug="two").journey
    page = post(ada, [one, two], "pause")

    assert states() == {"one": "paused", "two": "paused"}
    assert "nothing is sent. one, two" in page.content.decode()
    undo(ada, page)
    assert states() == {"one": "live", "two": "live"}


def test_what_cannot_be_moved_is_told_and_the_others_are_moved(ada):
    one, two = live(WAIT, slug="one").journey, draft(WAIT, slug="two")
    page = post(ada, [one, two], "pause").content.decode()

    assert states() == {"one": "paused", "two": "draft"}
    assert "two stays as it is: it is draft." in page


def test_archiving_is_taken_back_and_those_who_left_by_it_are_told(ada):
    one, two = live(WAIT, slug="one"), draft(WAIT, slug="two")
    enrolled(one, builders.customer())
    pause(one.journey_id)
    page = post(ada, [one.journey, two], "archive")

    assert states() == {"one": "archived", "two": "archived"}
    assert "Archived. 1 customer has left for good. one, two" in page.content.decode()
    undo(ada, page)
    assert states() == {"one": "draft", "two": "draft"}
    history = ada.get(f"/admin/journeys/{two.pk}/history/").content.decode()
    assert ">resumed</td><td>as draft</td>" in history


@pytest.mark.parametrize(
    "posted", [{}, {"move": "pause"}, {"journey": "1"}, {"journey": "x,\x00", "move": "pause"}]
)
def test_bad_input_moves_nothing(ada, posted):
    live(WAIT)

    assert "Choose journeys" in ada.post("/admin/journeys/move/", posted, follow=True).content.decode()
    assert states() == {"welcome": "live"}


def test_one_that_is_paused_can_be_resumed_from_the_toast(ada):
    journey = live(WAIT).journey
    page = ada.post(f"/admin/journeys/{journey.pk}/move/", {"move": "pause"}, follow=True)

    assert 'class="s-toast"' in page.content.decode()
    undo(ada, page)
    assert states() == {"welcome": "live"}
