"""The drafts that one person saves in one sitting are one act."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from journeys import services
from journeys.acts import SITTING, last_drafted, merged
from journeys.models import JourneyAct
from tests.journeys.builders import draft, graph, step

pytestmark = pytest.mark.django_db
A, B, C = (step(name, "wait", {"next": None}, span="P1D") for name in "abc")


@pytest.fixture
def ada():
    return User.objects.create_user("ada")


def acts(journey):
    return [
        (act.what, act.details.get("changes"))
        for act in JourneyAct.objects.filter(journey=journey).order_by("pk")
    ]


def test_savings_of_one_sitting_are_one_act(ada):
    journey = draft(A)
    two = graph(A | {"branches": {"next": "b"}}, B)
    three = graph(A | {"branches": {"next": "b"}}, B | {"branches": {"next": "c"}}, C)

    services.save_draft(journey.pk, two, ada)
    services.save_draft(journey.pk, three, ada)

    assert acts(journey) == [
        ("created", None),
        ("drafted", {"added": ["b", "c"], "changed": ["a"]}),
    ]
    assert last_drafted(journey.pk).by == ada


def test_another_person_another_act_and_later_too(ada):
    journey, eve = draft(A), User.objects.create_user("eve")

    services.save_draft(journey.pk, graph(B), ada)
    services.save_draft(journey.pk, graph(C), eve)
    services.save_draft(journey.pk, graph(A), eve)
    JourneyAct.objects.update(at=JourneyAct.objects.latest("pk").at - SITTING - timedelta(seconds=1))
    services.save_draft(journey.pk, graph(B), eve)

    assert [what for what, _changes in acts(journey)] == ["created", "drafted", "drafted", "drafted"]
    assert acts(journey)[2][1] == {"added": ["a"], "removed": ["b"], "around": ["start"]}


def test_programs_have_no_sittings():
    journey = draft(A)

    services.save_draft(journey.pk, graph(B))
    services.save_draft(journey.pk, graph(C))

    assert [what for what, _changes in acts(journey)] == ["created", "drafted", "drafted"]


def test_merged_changes_are_those_from_the_first_to_the_last():
    first = {"added": ["a"], "removed": ["r"], "changed": ["c"], "around": ["start"]}
    then = {"removed": ["a"], "added": ["r", "n"], "changed": ["c", "d"], "around": ["start"]}

    assert merged(first, then) == {"around": ["start"], "added": ["n"], "changed": ["c", "d", "r"]}
    assert merged({}, {}) == {}
