"""Who would enter is told by what customers did, or by who is there."""

import pytest

from journeys import tallies
from journeys.affected import affected
from tests import builders
from tests.builders import DAY, NOON
from tests.journeys.builders import draft, graph, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", {"next": None}, span="P2D")


def told(journey, trigger):
    return affected(journey, graph(PAUSE) | {"trigger": trigger}, NOON)


def test_event_lets_in_who_did_it_lately_and_passes_the_rule():
    journey = draft(PAUSE)
    big = {"total": 50}
    for properties, at in ((big, NOON - DAY), (big, NOON - 40 * DAY), ({"total": 5}, NOON - DAY)):
        builders.event(builders.customer(traits={"city": "Rome"}), properties=properties, at=at)
    builders.event(builders.customer(), properties=big, at=NOON - DAY)
    trigger = {"kind": "event", "event": "Order Completed"}
    over = {"where": [{"property": "total", "operator": "at_least", "value": 10}]}
    roman = {"rule": {"field": "trait", "trait": "city", "operator": "equals", "value": "Rome"}}

    counts = [told(journey, trigger | more).likely.count for more in ({}, over, over | roman)]

    assert counts == [3, 2, 1]


def test_members_enter_at_once_where_those_who_are_there_already_are_meant():
    journey = draft(PAUSE)
    for stage in ("action", "action", "use"):
        builders.customer(stage=stage)
    trigger = {"kind": "stage_reached", "stage": "action"}

    found = told(journey, trigger | {"existing": True})

    assert (found.likely.count, found.is_members, found.is_at_once) == (2, True, True)
    assert not told(journey, trigger).is_at_once


def test_whom_programs_name_nobody_can_know_but_who_entered_is_told():
    journey = live(PAUSE).journey
    tallies.count({(journey.pk, tallies.ENTERED): 1, (journey.pk, "inside"): 2}, NOON - DAY)
    tallies.count({(journey.pk, tallies.ENTERED): 4}, NOON - 40 * DAY)

    found = told(journey, {"kind": "api"})

    assert (found.likely, found.is_at_once, found.entered) == (None, False, 1)
