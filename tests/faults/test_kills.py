"""kill -9 of whatever works: nothing is lost, nothing is sent twice, and everybody comes to the end."""

import pytest

from tests.faults import people, truth
from tests.faults.tier import die, sized

pytestmark = pytest.mark.faults
CONCURRENCY = 2
WORKERS = 2
BATCH = 200  # messages that one process has in its hands at most


def test_kill_of_random_workers_loses_and_doubles_nothing(sette, told):
    number, kills = sized((1_000, 20), (10_000, 200))
    chance = die("kill")
    customers = people.make_customers(number)
    people.two_mails()
    sette.start_beat()
    for _ in range(WORKERS):
        sette.start_worker(CONCURRENCY)
    sette.wait_for_workers()
    share = -(-number // (kills + 1))
    for turn in range(kills):
        people.set_off(customers[turn * share : (turn + 1) * share])
        sette.run_for(chance.uniform(0.05, 0.6))
        sette.kill_one(chance)
    people.set_off(customers[kills * share :])

    seconds = sette.wait(sette.is_quiet, 300)

    found = truth.check(sette.servers.store, uncertain=kills * BATCH)
    assert found.sent + found.uncertain == 2 * number
    told(
        "kill -9 of random workers",
        f"{number} customers x 3 steps, {kills} kills",
        uncertain=found.uncertain,
        caught_up=f"{seconds:.1f} s",
    )
