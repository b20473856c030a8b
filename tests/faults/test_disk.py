"""The disk is full: calls are refused, never accepted and lost; with room again all goes on."""

from contextlib import ExitStack

import pytest

from customers.models import Event
from tests.faults import people, truth
from tests.faults.caller import Caller
from tests.faults.disk import NAME, Complaints, NoMountError, mounted
from tests.faults.tier import TIER, die, sized

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(fault_servers):
    """A disk that can be filled; None where the CI tier may mount none. The nightly tier must."""
    disk = None
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(mounted(fault_servers))
        except NoMountError as error:
            if TIER == "nightly":
                pytest.fail(
                    f"The nightly tier fills a disk, and may not mount one ({error}): run it as root, in a "
                    "container with --cap-add SYS_ADMIN, or leave this one out by -k 'not full_disk'."
                )
        yield disk


@pytest.fixture
def tablespace(small_disk):
    return NAME if small_disk else "pg_default"


@pytest.fixture
def disk(small_disk, sette):
    return small_disk or Complaints(sette)


def test_full_disk_refuses_calls_and_loses_none(sette, disk, told):
    times = sized(1, 5)
    customers = people.make_customers(100 * times)
    people.two_mails()
    sette.start_beat()
    sette.start_worker(2)
    sette.start_web()
    sette.wait_for_workers()
    sette.wait_for_web()
    noise = die("disk").randbytes(10_000).hex()  # what can't be stored in less room
    with Caller(sette, customers, every=0.02, padding=noise) as caller:
        for _ in range(times):
            sette.run_for(0.5)
            refused = caller.answers[503]
            disk.fill()
            sette.wait(lambda refused=refused: caller.answers[503] > refused + 5, 60)
            disk.empty()
        sette.wait(lambda: caller.is_done, 120)

    seconds = sette.wait(sette.is_quiet, 60)

    found = truth.check(sette.servers.store, uncertain=2 * len(customers))
    assert set(caller.answers) == {200, 503}
    kept = sorted(Event.objects.filter(name="Go").values_list("message_id", flat=True))
    assert kept == sorted(caller.accepted)
    assert len(caller.accepted) == len(customers)
    assert found.sent + found.uncertain == 2 * len(customers)
    told(
        "disk full",
        f"{times} x {disk.what}",
        refused=caller.answers[503],
        uncertain=found.uncertain,
        caught_up=f"{seconds:.1f} s",
    )
