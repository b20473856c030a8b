"""A deploy: old and new code work side by side while a journey is edited, paused and resumed."""

import signal

import pytest

from campaigns import services as campaigns
from campaigns.models import Broadcast
from channels.models import Message
from config.embedded import process
from customers.models import Membership, Segment
from journeys import services
from journeys.models import Enrollment, JourneyVersion
from tests.faults import people, truth
from tests.faults.installation import HEARD
from tests.faults.servers import UNHURRIED
from tests.faults.tier import die, sized
from tests.journeys import builders
from tests.journeys.builders import graph, step

pytestmark = pytest.mark.faults


def edited(turn):
    """The journey as of this turn; from the third on with a step that the old code does not know."""
    first = step("one", "send_email", {"next": "pause"}, content="one")
    last = step(f"two-{turn}", "send_email", content="two")
    if turn < 2:
        return graph(first, step("pause", "wait", {"next": last["id"]}, span="PT1S"), last, trigger=people.GO)
    newest = step("newest", "branch", {"else": last["id"]}, rules=[{"branch": "x", "rule": {}}])
    pause = step("pause", "wait", {"next": "newest"}, span="PT1S")
    return graph(first, pause, newest, last, trigger=people.GO)


def test_deploy_while_a_journey_is_edited_paused_and_resumed_sends_exactly_once(sette, told):
    turns, each = sized((5, 40), (50, 100))
    chance = die("deploy")
    version = people.two_mails()
    journey = version.journey_id
    sette.start_beat()
    old = sette.start_worker(2, "tests.faults.older", **UNHURRIED)
    new = sette.start_worker(2, **UNHURRIED)
    sette.wait_for_workers()
    customers = []
    for turn in range(turns):
        some = people.make_customers(each)
        customers += some
        services.save_draft(journey, edited(turn))
        services.publish(journey, people.now())
        people.set_off(some[: each // 2])
        sette.run_for(chance.uniform(0.3, 1))
        people.set_off(some[each // 2 :])
        sette.run_for(chance.uniform(0.3, 1))
        sette.wait(lambda: sette.ask(HEARD), 120)  # while it is paused nobody enters
        services.pause(journey)
        sette.run_for(chance.uniform(0.1, 0.5))
        services.resume(journey, people.now())
        process.send(old.pid or 0, signal.SIGTERM) if turn % 2 else process.send(new.pid or 0, signal.SIGTERM)

    seconds = sette.wait(sette.is_quiet, 300)

    found = truth.check(sette.servers.store)
    entered = Enrollment.objects.count()
    assert set(Enrollment.objects.values_list("exit_reason", "error", "is_on_hold")) == {
        ("finished", "", False)
    }
    assert entered == len(customers)
    assert found.sent == Message.objects.count() == 2 * entered
    assert JourneyVersion.objects.count() == turns + 1
    told(
        "deploy: old and new code, journey edited, paused, resumed",
        f"{turns} times",
        entered=entered,
        sent=found.sent,
        caught_up=f"{seconds:.1f} s",
    )


def test_broadcast_that_is_paused_and_resumed_is_finished_only_when_nothing_is_pending(sette, told):
    turns = sized(5, 50)
    chance = die("broadcast")
    readers = people.make_customers(sized(300, 3_000))
    segment = Segment.objects.create(slug="all", name="All", kind=Segment.Kind.LIST)
    Membership.objects.bulk_create(
        Membership(segment=segment, customer=reader, entered_at=people.now()) for reader in readers
    )
    sette.servers.do_wrong({"wrong": "slow", "kind": "email", "seconds": 0.02})
    sette.start_beat()
    sette.start_worker(2, **UNHURRIED)
    sette.wait_for_workers()
    broadcast = campaigns.create_broadcast(name="Sale", content=builders.content("sale"), segment=segment)
    campaigns.schedule(broadcast, people.now())
    sette.wait(Message.objects.exists, 60)
    for _ in range(turns):
        if Broadcast.objects.get().state != "sending":
            break
        campaigns.pause(broadcast)
        truth.check_invariants()
        sette.run_for(chance.uniform(0.05, 0.2))
        campaigns.resume(broadcast, people.now())
        sette.run_for(chance.uniform(0.05, 0.3))

    def is_finished():
        truth.check_invariants()  # of a finished broadcast nothing is left to send
        return Broadcast.objects.get().state == "finished"

    sette.wait(is_finished, 300)

    found = truth.check(sette.servers.store)
    assert found.sent == len(readers) == Broadcast.objects.get().candidates
    told("broadcast paused and resumed", f"{turns} times", sent=found.sent)
