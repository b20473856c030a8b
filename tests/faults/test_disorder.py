"""Wake-ups that come three times in any order, three schedulers at once, workers that freeze in between."""

import os
import signal
import time

import pytest

from channels.models import Message
from config import work
from journeys.models import Enrollment, StepLog
from tests.faults import people, truth
from tests.faults.mortal import IN_HANDS, arm, strikes
from tests.faults.servers import LEASE
from tests.faults.tier import die, sized

pytestmark = pytest.mark.faults
IN_TRANSACTIONS = ["in the drain, before its commit", "in the engine, before its commit"]


class Thaw:
    """Lets those who froze go on when twice their lease has passed."""

    def __init__(self, folder):
        self._folder, self._since, self.thawed = folder, {}, []

    def go_on(self):
        for one in strikes(self._folder):
            since = self._since.setdefault(one, time.monotonic())
            if one not in self.thawed and time.monotonic() - since > 2 * LEASE:
                os.kill(one.pid, signal.SIGCONT)
                self.thawed.append(one)


def test_wake_ups_in_any_order_and_number_and_frozen_workers_take_effect_once(sette, told, tmp_path):
    seconds, wakes, frozen = sized((60, 1_000, 5), (600, 10_000, 50))
    points = [*sorted(IN_HANDS), *IN_TRANSACTIONS][: max(frozen, 5)]
    chance, thaw = die("disorder"), Thaw(tmp_path)
    arm(tmp_path, points, -(-frozen // len(points)), "SIGSTOP")
    version = people.mail_and_text(entry={"policy": "per_key", "key": "key"})
    for _ in range(3):
        sette.start_beat()
    for _ in range(3):
        sette.start_worker(
            sized(3, 8), "tests.faults.mortal", FAULTS_POINTS=str(tmp_path), FAULTS_CHANCE="0.1"
        )
    sette.wait_for_workers()
    names = [piece.name for piece in work.pieces()] * 3
    customers = people.make_customers(12, ("email", "sms"))
    started, delivered, turns = time.monotonic(), 0, 0
    while (passed := time.monotonic() - started) < seconds:
        if delivered < wakes * 3 * passed / (seconds * 0.8):
            for _ in range(2):  # the same call comes twice, too
                people.set_off(customers, key=str(turns))
            turns += 1
            some = chance.sample(names, len(names))
            sette.wake(*some)
            delivered += len(some)
        thaw.go_on()
        sette.run_for(0.05)

    caught_up = sette.wait(lambda: thaw.go_on() or sette.is_quiet(), 300)

    struck = strikes(tmp_path)
    held = {one.message_id for one in struck if one.point in IN_HANDS}
    sette.wait(lambda: thaw.go_on() or len(thaw.thawed) == len(struck), 60)
    sette.run_for(1)  # so that whoever was thawed has tried to write what it knows
    entered = turns * len(customers)
    found = truth.check(sette.servers.store, uncertain=len(struck))
    uncertain = set(Message.objects.filter(state="uncertain").values_list("id", flat=True))
    assert len(struck) >= frozen
    assert uncertain <= held
    assert set(Message.objects.filter(id__in=held).values_list("channel", "state")) <= {
        ("email", "uncertain"),
        ("sms", "sent"),
    }
    assert Enrollment.objects.filter(version=version, exit_reason="finished").count() == entered
    assert Message.objects.count() == 2 * entered
    assert StepLog.objects.count() == 3 * entered
    assert found.sent + found.uncertain == 2 * entered
    told(
        "each wake-up delivered 3 x, shuffled",
        f"{delivered // 3} x 3",
        effects=f"{2 * entered} of {2 * entered}",
    )
    told("workers frozen for 2 x the lease", f"{len(struck)}", stale_writes=0, uncertain=found.uncertain)
    told("three schedulers at once", f"{seconds} s", double_entries=0, caught_up=f"{caught_up:.1f} s")
