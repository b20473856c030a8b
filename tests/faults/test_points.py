"""Workers that end at each named point of the way from a call to a recorded answer."""

from collections import Counter

import pytest

from channels.models import Message
from tests.faults import people, truth
from tests.faults.mortal import IN_HANDS, POINTS, arm, strikes
from tests.faults.tier import sized

pytestmark = pytest.mark.faults
INSIDE = "SELECT count(*) FROM journeys_enrollment WHERE standing <> 'ended'"
MOST_INSIDE = 30  # so that a slow machine has no mountain to climb at the end


def test_worker_that_ends_at_a_point_leaves_one_uncertain_inside_the_call_and_none_elsewhere(
    sette, told, tmp_path
):
    times = sized(5, 50)
    arm(tmp_path, POINTS, times)
    people.two_mails()
    sette.start_beat()
    for _ in range(2):
        sette.start_worker(2, "tests.faults.mortal", FAULTS_POINTS=str(tmp_path))
    sette.wait_for_workers()
    customers = []
    while len(strikes(tmp_path)) < times * len(POINTS):
        assert len(customers) < 400 * times, Counter(one.point for one in strikes(tmp_path))
        if sette.ask(INSIDE) < MOST_INSIDE:
            some = people.make_customers(3)
            people.set_off(some)
            customers += some
        sette.wake("customers.drain", "journeys.listen", "journeys.hear_fates", "journeys.advance")
        sette.run_for(0.05)

    seconds = sette.wait(sette.is_quiet, 300)

    assert Counter(one.point for one in strikes(tmp_path)) == dict.fromkeys(POINTS, times)
    held = sorted(one.message_id for one in strikes(tmp_path) if one.point in IN_HANDS)
    found = truth.check(sette.servers.store, uncertain=len(held))
    assert sorted(Message.objects.filter(state="uncertain").values_list("id", flat=True)) == held
    assert len(held) == times * len(IN_HANDS)
    assert found.sent + found.uncertain == 2 * len(customers)
    told(
        "exit at each named point",
        f"{len(POINTS)} points x {times}",
        uncertain=found.uncertain,
        caught_up=f"{seconds:.1f} s",
    )
