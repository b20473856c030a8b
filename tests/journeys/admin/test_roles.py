"""The buttons of a journey's pages are those that the role can use."""

import re

import pytest
from django.test import Client

from journeys.models import PublishingPolicy
from tests.journeys.builders import draft, live, step
from tests.people import browser

pytestmark = pytest.mark.django_db


def buttons(who: Client, url: str) -> set[str]:
    page = who.get(url).content.decode()
    return set(re.findall(r'name="(?:do|move)" value="(\w+)"', page))


@pytest.mark.parametrize(
    ("role", "alone", "with_a_second"),
    [
        ("viewer", set(), set()),
        ("marketer", {"ask"}, {"ask"}),
        ("campaign_manager", {"publish"}, {"ask"}),
        ("approver", set(), set()),
    ],
)
def test_who_may_publish_publishes_and_who_writes_drafts_asks(role, alone, with_a_second):
    url = f"/admin/journeys/{draft(step('end', 'exit')).pk}/publish/"
    who = browser(role)

    assert buttons(who, url) == alone
    PublishingPolicy.objects.create(pk=1, needs_approval=True)
    assert buttons(who, url) == with_a_second


@pytest.mark.parametrize(
    ("role", "moves"), [("marketer", set()), ("campaign_manager", {"pause", "drain"}), ("approver", set())]
)
def test_only_who_may_publish_stops_a_journey(role, moves):
    version = live(step("end", "exit"))

    assert buttons(browser(role), f"/admin/journeys/journey/{version.journey_id}/change/") == moves


@pytest.mark.parametrize(("role", "offers_copy"), [("viewer", False), ("marketer", True)])
def test_designer_offers_a_copy_to_who_may_make_a_journey(role, offers_copy):
    page = browser(role).get(f"/admin/journeys/{draft(step('end', 'exit')).pk}/").content.decode()

    assert ("/copy/" in page) is offers_copy
