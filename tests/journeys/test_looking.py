import pytest

from customers.models import Segment
from customers.suggestions import UnknownSourceError
from journeys.looking import Choice, look_for
from tests.builders import customer, event
from tests.journeys.builders import content, draft, step
from tests.people import browser

pytestmark = pytest.mark.django_db


def test_contents_are_of_the_channel_and_have_a_preview():
    mail, sms = content("thanks"), content("thanks-sms", "sms")

    assert look_for("contents", "THANK", "sms") == [
        Choice("thanks-sms", "thanks-sms", "thanks-sms", f"/admin/content/{sms.pk}/preview/")
    ]
    assert [one.value for one in look_for("contents", "", "")] == [mail.slug, sms.slug]
    assert look_for("contents", "nothing", "") == []


def test_lists_are_not_segments_and_not_archived():
    Segment.objects.create(slug="vips", name="VIPs", kind=Segment.Kind.LIST)
    Segment.objects.create(slug="romans", name="Romans")

    assert [one.value for one in look_for("lists", "", "")] == ["vips"]
    assert {one.value for one in look_for("segments", "", "")} == {"vips", "romans"}


def test_events_and_their_properties_are_those_that_were_seen():
    event(customer(), "Order Completed", properties={"total": 12})

    assert look_for("events", "order", "")[0].value == "Order Completed"
    assert [one.value for one in look_for("properties", "", "Order Completed")] == ["total"]


@pytest.mark.parametrize(("role", "hint"), [("marketer", {"hint": "Roma"}), ("viewer", {})])
def test_what_customers_have_is_told_only_to_who_may_see_it(role, hint):
    customer(traits={"city": "Roma"})

    answer = browser(role).get(f"/admin/journeys/{draft(step('rest', 'exit')).pk}/look/", {"what": "traits"})

    assert answer.json()["results"] == [{"value": "city", "title": "city"} | hint]


def test_an_unknown_kind_is_refused():
    with pytest.raises(UnknownSourceError):
        look_for("passwords", "", "")
