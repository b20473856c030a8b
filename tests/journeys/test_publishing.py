import pytest
from django.contrib.auth import get_user_model

from journeys import moving, publishing, services
from journeys.faults import GraphError
from journeys.mapping import MapError
from journeys.models import Journey, JourneyAct, PublishingPolicy, PublishRequest
from journeys.publishing import ApprovalError
from journeys.warn import WarningsError
from tests import builders
from tests.builders import DAY, NOON
from tests.journeys.builders import draft, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", {"next": None}, span="P2D")
BYE = step("bye", "exit")


@pytest.fixture
def ada():
    return get_user_model().objects.create_user("ada")


@pytest.fixture
def ben():
    return get_user_model().objects.create_user("ben")


@pytest.fixture
def policy():
    return PublishingPolicy.objects.create(needs_approval=True)


@pytest.mark.usefixtures("policy")
def test_nobody_publishes_alone_where_a_second_person_is_asked_for(ada):
    journey = draft(PAUSE)

    with pytest.raises(ApprovalError, match="needs a second person"):
        services.publish(journey.pk, NOON, by=ada)


@pytest.mark.usefixtures("policy")
def test_nobody_rolls_back_alone_either(policy):
    policy.needs_approval = False
    policy.save()
    version = live(PAUSE)
    policy.needs_approval = True
    policy.save()

    with pytest.raises(ApprovalError):
        publishing.roll_back(version.journey_id, 1, NOON)


@pytest.mark.usefixtures("policy")
def test_a_second_person_approves_what_was_asked_for(ada, ben):
    journey = draft(PAUSE)
    asked = publishing.ask_approval(journey.pk, NOON, ada, acknowledged=["no_goal"])
    assert Journey.objects.get().state == "draft"

    version = publishing.approve(asked.pk, NOON + DAY, ben)

    assert (version.graph, version.published_by, version.published_at) == (journey.draft, ada, NOON + DAY)
    assert [(one["key"], one["by"]) for one in version.acknowledged] == [("no_goal", "ada")]
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.decided_at) == ("approved", ben, NOON + DAY)
    acts = list(JourneyAct.objects.order_by("id").values_list("what", "by__username"))
    assert acts == [("created", None), ("asked", "ada"), ("published", "ada"), ("approved", "ben")]


@pytest.mark.usefixtures("policy")
def test_nobody_approves_their_own_request(ada):
    asked = publishing.ask_approval(draft(BYE).pk, NOON, ada, acknowledged=["no_goal"])

    for person in (ada, None):
        with pytest.raises(ApprovalError, match="second person has to decide"):
            publishing.approve(asked.pk, NOON, person)
        with pytest.raises(ApprovalError, match="second person has to decide"):
            publishing.refuse(asked.pk, "no", NOON, person)


@pytest.mark.usefixtures("policy")
def test_a_request_is_refused_with_its_reason_and_is_closed_then(ada, ben):
    asked = publishing.ask_approval(draft(BYE).pk, NOON, ada, acknowledged=["no_goal"])

    publishing.refuse(asked.pk, "Too early", NOON, ben)

    asked.refresh_from_db()
    assert (asked.state, asked.reason, Journey.objects.get().state) == ("refused", "Too early", "draft")
    assert JourneyAct.objects.get(what="refused").details == {"reason": "Too early"}
    with pytest.raises(ApprovalError, match="is refused"):
        publishing.approve(asked.pk, NOON, ben)


@pytest.mark.usefixtures("policy")
def test_editing_the_draft_voids_the_request(ada, ben):
    journey = draft(BYE)
    asked = publishing.ask_approval(journey.pk, NOON, ada, acknowledged=["no_goal"])
    services.save_draft(journey.pk, journey.draft, by=ada)
    assert PublishRequest.objects.get().state == "open"

    services.save_draft(journey.pk, graph(PAUSE), by=ada)

    with pytest.raises(ApprovalError, match="is void"):
        publishing.approve(asked.pk, NOON, ben)
    assert JourneyAct.objects.filter(what="voided").count() == 1


@pytest.mark.usefixtures("policy")
def test_a_request_is_refused_as_publishing_would_be(ada):
    journey = draft(PAUSE)

    with pytest.raises(WarningsError):
        publishing.ask_approval(journey.pk, NOON, ada)
    with pytest.raises(MapError):
        publishing.ask_approval(journey.pk, NOON, ada, {1: {}}, ["no_goal"])
    with pytest.raises(ApprovalError, match="an API key is no person"):
        publishing.ask_approval(journey.pk, NOON, None, acknowledged=["no_goal"])
    services.save_draft(journey.pk, {})
    with pytest.raises(GraphError):
        publishing.ask_approval(journey.pk, NOON, ada)
    assert PublishRequest.objects.count() == 0


def test_an_approved_request_moves_those_inside_by_its_map(ada, ben, policy):
    policy.needs_approval = False
    policy.save()
    version = live(PAUSE)
    one = enrolled(version, builders.customer())
    services.save_draft(version.journey_id, graph(BYE))
    policy.needs_approval = True
    policy.save()

    asked = publishing.ask_approval(version.journey_id, NOON, ada, {1: {"pause": "bye"}}, ["no_goal"])
    publishing.approve(asked.pk, NOON, ben)
    assert moving.move_versions(NOON) == 1

    one.refresh_from_db()
    assert (one.version.number, one.step) == (2, "bye")


@pytest.mark.usefixtures("policy")
def test_asking_again_takes_the_place_of_what_was_asked_before(ada):
    journey = draft(BYE)
    publishing.ask_approval(journey.pk, NOON, ada, acknowledged=["no_goal"])
    publishing.ask_approval(journey.pk, NOON, ada, acknowledged=["no_goal"])

    assert sorted(PublishRequest.objects.values_list("state", flat=True)) == ["open", "void"]
