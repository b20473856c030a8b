import pytest

from campaigns.models import Broadcast
from customers.rules import RuleError
from customers.segments import archive_segment, uses_of_segment
from tests.builders import NOON
from tests.campaigns.test_broadcast import audience, draft

pytestmark = pytest.mark.django_db
STATES = Broadcast.State


@pytest.mark.parametrize("state", [STATES.DRAFT, STATES.SCHEDULED])
def test_a_segment_to_which_a_broadcast_is_still_to_go_is_not_archived(state):
    segment = audience(members=0)
    draft(segment, state=state)

    with pytest.raises(RuleError, match="The segment all is used by: the broadcast To all"):
        archive_segment(segment, NOON)


@pytest.mark.parametrize("state", [STATES.SENDING, STATES.PAUSED, STATES.FINISHED, STATES.CANCELLED])
def test_a_broadcast_that_has_started_or_never_will_needs_its_segment_no_more(state):
    segment = audience(members=0)
    draft(segment, state=state)

    assert uses_of_segment("all") == []
    assert archive_segment(segment, NOON).archived_at == NOON
