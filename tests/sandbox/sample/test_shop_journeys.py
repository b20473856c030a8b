"""The sample's journeys do what their kept tests say, and show all that journeys can do."""

from io import StringIO

import pytest
from django.core.management import call_command

from channels.defaults import ensure_channels
from journeys.checks import look_over
from journeys.models import Journey
from journeys.step import registry
from sandbox.shop import open_shop
from tests.builders import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    ensure_channels(25, "http://127.0.0.1:8080", "token")
    open_shop(NOON)
    return Journey.objects.select_related("live_version").order_by("slug")


def test_journeys_of_the_sample_use_every_kind_of_step_and_pass_their_tests(shop):
    graphs = [journey.live_version.graph for journey in shop]
    out = StringIO()

    call_command("test_journeys", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line for line in lines if not line.startswith("ok")] == [f"{len(lines) - 1} tests, 0 failed"]
    assert {line.split()[1].rstrip(":") for line in lines[:-1]} == {journey.slug for journey in shop}
    assert {step["kind"] for graph in graphs for step in graph["steps"]} == set(registry)
    assert [look_over(graph, NOON).warnings for graph in graphs] == [[]] * len(graphs)
    goals = [graph["goals"] for graph in graphs]
    assert all(goals)
    assert [goal for each in goals for goal in each if "when" in goal and "window" not in goal] == []
