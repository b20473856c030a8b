import pytest
from django.contrib.auth import get_user_model

from config import clock, work
from customers.lists import Named, Operation, change_members
from customers.models import Segment
from customers.segments import save_segment
from journeys.enroll import Entering, enroll_customers
from tests import builders
from tests.builders import DAY
from tests.clients import client
from tests.journeys.builders import live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P2D")


@pytest.fixture
def overview(client):
    client.force_login(get_user_model().objects.create_superuser("ada", password="x"))

    def page(journey):
        response = client.get(
            f"/admin/journeys/journey/{journey.pk}/change/", headers={"Accept-Language": "en"}
        )
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return page


def test_overview_tells_who_was_turned_away(overview):
    journey = live(PAUSE, trigger={"kind": "api", "entry": {"entries_per_day": 1}}).journey
    assert "turned away" not in overview(journey)
    now = clock.now()
    people = [builders.customer() for _ in range(4)]
    context = {"name": "$test", "occurred_at": now.isoformat(), "properties": {}}
    enroll_customers(journey, [Entering(one.pk, "", context) for one in [people[0], *people]], now)

    page = overview(journey)

    assert "4 customers turned away in 30 days:" in page
    assert "as many have entered as may (3), has been in already, or is in as often as may be (1)" in page
    assert "called by the API" in page


def test_overview_tells_the_start_that_is_next_and_the_one_under_way(overview):
    now = clock.now()
    guests = save_segment(Segment(slug="guests", name="Guests", kind="list"), now - DAY)
    one = builders.customer()
    change_members(guests, Operation.APPEND, [Named(1, str(one.public_id))], now - DAY)
    work.settle(now)
    schedule = {"kind": "schedule", "segment": "guests", "at": (now + DAY).isoformat()}
    later = live(PAUSE, slug="later", trigger=schedule, now=now).journey
    at_once = live(PAUSE, trigger={"kind": "segment_entered", "segment": "guests", "existing": True}, now=now)
    work.settle(now)
    at_once.journey.starts.update(finished_at=None)

    assert "Members enter next:" in overview(later)
    assert "Members are entering: 1 so far." in overview(at_once.journey)


def test_schemas_of_all_kinds_of_triggers_are_told():
    schemas = client("read").get("/api/v1/journeys/triggers/").json()

    assert {"event", "date", "schedule", "api", "sms_keyword"} <= set(schemas)
    assert schemas["date"]["properties"]["days"]["maximum"] == 366
