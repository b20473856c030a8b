"""The first steps: what is done is seen, the next one is open, the first event is heard."""

import pytest
from django.contrib.auth.models import User

from customers.models import Event, Source
from customers.presets import PRESETS
from customers.stage_versions import put_in_force, save_draft
from tests.builders import NOON, customer
from tests.customers.calls import call, receive
from tests.journeys.builders import live, step

pytestmark = pytest.mark.django_db
URL = "/admin/first-steps/"


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def steps(client, **asked):
    """Each step, whether it is done, whether it is open."""
    context = client.get(URL, asked).context
    return [(step, is_done, is_open) for step, _name, is_done, is_open in context["steps"]]


def test_new_installation_begins_with_a_source(admin):
    assert steps(admin) == [
        ("source", False, True),
        ("import", False, False),
        ("stages", False, False),
        ("content", False, False),
        ("journey", False, False),
    ]
    assert "No source yet." in admin.get(URL).content.decode()


def test_the_next_step_to_do_is_open_and_any_can_be_asked_for(admin):
    receive(call(external_id="ada"), source_id=Source.objects.create(name="Shop").pk)
    put_in_force(save_draft(PRESETS["shop"].definitions, "ada", NOON), "ada", NOON)

    done = [("source", True, False), ("import", True, False), ("stages", True, False)]
    assert steps(admin)[:4] == [*done, ("content", False, True)]
    assert steps(admin, step="stages")[2] == ("stages", True, True)
    assert steps(admin, step="nonsense")[3] == ("content", False, True)
    assert "Choose a file" in admin.get(URL, {"step": "import"}).content.decode()


def test_live_journey_is_the_last_step(admin):
    live(step("bye", "exit"))

    assert steps(admin)[4] == ("journey", True, False)


def test_first_event_of_the_source_is_heard(admin):
    shop, till = Source.objects.create(name="Shop"), Source.objects.create(name="Till")
    url = f"{URL}heard/?after={newest()}&source={shop.pk}"
    receive(call(external_id="ada"), source_id=till.pk)

    assert "Listening for the first event" in admin.get(url).content.decode()
    receive(call(external_id="eva", event="Cart Viewed"), source_id=shop.pk)

    answer = admin.get(url).content.decode()
    assert "It arrived: Cart Viewed." in answer
    assert "hx-trigger" not in answer


def newest():
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


@pytest.mark.parametrize("bad", ["", "x", "-1", "9" * 40, "1;DROP"])
def test_numbers_that_are_none_hear_nothing(admin, bad):
    customer()

    assert admin.get(f"{URL}heard/", {"after": bad, "source": bad}).status_code == 200
    assert admin.get(URL, {"source": bad}).status_code == 200


def test_taking_out_a_sample_that_is_not_there_says_so(admin):
    answer = admin.post(f"{URL}take-out/", follow=True)

    assert "There is no sample to be taken out" in answer.content.decode()
