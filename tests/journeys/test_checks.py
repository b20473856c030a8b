import pytest

from channels.models import Channel
from journeys import checks
from journeys.faults import GraphError
from journeys.warn import WarningsError
from tests.builders import NOON
from tests.journeys.builders import content, graph, step

pytestmark = pytest.mark.django_db
MAIL = step("mail", "send_email", {"next": None}, content="hello")


def keys(*steps):
    return [warning.key for warning in checks.look_over(graph(*steps), NOON).warnings]


def test_a_channel_without_an_active_provider_is_warned_of():
    content("hello")
    channel = Channel.objects.create(kind="email", provider="journal", is_active=False)
    assert keys(MAIL) == ["no_goal", "no_channel:steps.mail"]

    channel.is_active = True
    channel.save()
    assert keys(MAIL) == ["no_goal"]


def test_a_content_without_a_text_in_the_brands_language_is_warned_of(settings):
    Channel.objects.create(kind="email", provider="journal")
    content("hello")
    settings.BRAND_LANGUAGE = "it"

    assert keys(MAIL) == ["no_goal", "no_text:steps.mail.settings.content"]


def test_a_graph_with_errors_is_refused_whatever_is_acknowledged():
    found = checks.look_over({}, NOON)

    assert ([error["path"] for error in found.errors], found.warnings) == (["trigger", "start", "steps"], [])
    with pytest.raises(GraphError):
        found.accept(["no_goal"])


def test_warnings_are_acknowledged_one_by_one():
    found = checks.look_over(graph(step("bye", "exit")), NOON)

    with pytest.raises(WarningsError, match="no_goal: has no goal"):
        found.accept([])
    assert found.accept(["no_goal", "another"]) == found.warnings


@pytest.mark.parametrize(
    ("trigger", "path", "message"),
    [
        ({"kind": "schedule", "segment": "gone", "at": "2030-01-01T00:00:00Z"}, "segment", "segment 'gone'"),
        ({"kind": "segment_left", "segment": "gone"}, "segment", "segment 'gone'"),
        ({"kind": "stage_left", "stage": "gone"}, "stage", "stage 'gone'"),
        ({"kind": "journey", "journey": "gone"}, "journey", "journey 'gone'"),
    ],
)
def test_what_a_trigger_names_must_be_there(trigger, path, message):
    with pytest.raises(GraphError) as refused:
        checks.check(graph(step("bye", "exit"), trigger=trigger))

    assert refused.value.errors == [{"path": f"trigger.{path}", "message": f"there is no {message}"}]
