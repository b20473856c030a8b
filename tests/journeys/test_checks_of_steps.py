"""What steps name must be there when a journey is published."""

import pytest

from customers.models import Segment
from journeys import uses
from journeys.checks import check
from journeys.faults import GraphError
from tests.builders import NOON
from tests.journeys.builders import content, draft, graph, live, step

pytestmark = pytest.mark.django_db
ANY_TIME = {"at_most": "P1D"}


@pytest.mark.parametrize(
    ("one", "path", "message"),
    [
        (step("a", "add_to_list", list="vip"), "list", "there is no list 'vip'"),
        (step("a", "remove_from_list", list="romans"), "list", "there is no list 'romans'"),
        (step("a", "move_stage", stage="nirvana"), "stage", "there is no stage 'nirvana'"),
        (step("a", "stop_journey", journey="gone"), "journey", "there is no journey 'gone'"),
        (step("a", "stop_journey", journey="archived"), "journey", "there is no journey 'archived'"),
        (
            step("a", "wait_for", **{"for": [{"branch": "x", "segment_left": "vip"}]}, **ANY_TIME),
            "for.0.segment_left",
            "there is no segment 'vip'",
        ),
        (
            step("a", "wait_for", **{"for": [{"branch": "x", "stage_reached": "nirvana"}]}, **ANY_TIME),
            "for.0.stage_reached",
            "there is no stage 'nirvana'",
        ),
        (
            step("a", "wait_for", **{"for": [{"branch": "x", "opened": "a"}]}, **ANY_TIME),
            "for.0.opened",
            "there is no sending step 'a'",
        ),
    ],
)
def test_check_names_what_is_not_there(one, path, message):
    Segment.objects.create(slug="romans", name="Romans")
    archived = draft(step("x", "exit"), slug="archived")
    archived.state = "archived"
    archived.save()

    with pytest.raises(GraphError) as caught:
        check(graph(one))

    assert caught.value.errors == [{"path": f"steps.a.settings.{path}", "message": message}]


def test_check_lets_pass_what_is_there():
    content("hello")
    Segment.objects.create(slug="vip", name="VIP", kind="list")
    draft(step("x", "exit"), slug="other")
    awaited = [
        {"branch": "x", "segment_entered": "vip"},
        {"branch": "y", "stage_reached": "use"},
        {"branch": "z", "clicked": "mail"},
    ]

    check(
        graph(
            step("mail", "send_email", {"next": "a"}, content="hello"),
            step("a", "add_to_list", {"next": "b"}, list="vip"),
            step("b", "move_stage", {"next": "c"}, stage="use"),
            step("c", "stop_journey", {"next": "d"}, journey="other"),
            step("d", "wait_for", **{"for": awaited}, **ANY_TIME),
        )
    )


def test_lists_that_steps_change_are_used():
    Segment.objects.create(slug="vip", name="VIP", kind="list", changed_at=NOON)
    live(step("a", "add_to_list", list="vip"))

    assert uses.of_segments(["vip", "other"]) == [("vip", "the journey welcome")]
