"""Caps and opt-outs, while whoever decides about them is killed and mails go out."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns import services as campaigns
from campaigns.models import Broadcast
from channels.ledger import over_cap
from channels.models import Message
from channels.outbox import Candidate, queue_messages
from customers.models import Membership, Segment
from customers.services import ConsentChange, set_consents
from tests.channels import rows
from tests.faults import people, truth
from tests.faults.servers import UNHURRIED
from tests.faults.tier import die, sized
from tests.journeys import builders

pytestmark = pytest.mark.faults
CAP = 3
DUE = "SELECT count(*) = 0 FROM channels_message WHERE state = 'sending' OR due_at <= clock_timestamp()"


def test_cap_holds_while_the_workers_that_race_for_it_are_killed(sette, told):
    workers, customers, each, kills = sized((16, 50, 100, 8), (64, 200, 500, 64))
    chance = die("caps")
    rows.cap(CAP, span=timedelta(days=7))
    contents = {channel: builders.content(channel, channel) for channel in ("email", "sms")}
    readers = people.make_customers(customers, tuple(contents))
    for turn in range(0, each, 50):
        queue_messages(
            [
                Candidate(
                    customer_id=reader.pk,
                    content_id=contents[channel].pk,
                    channel=channel,
                    source="journey",
                    source_id=1,
                    due_at=people.now(),
                    enrollment_id=reader.pk,
                    step=channel,
                    visit=visit,
                    priority=visit % 3,
                )
                for reader in readers
                for visit in range(turn, turn + 50)
                for channel in [("email", "sms")[visit % 2]]
            ],
            people.now(),
        )
    for _ in range(2):
        sette.start_worker(workers // 2)
    sette.wait_for_workers()
    pieces = ["channels.dispatch_email", "channels.dispatch_sms"] * (workers // 2)
    for _ in range(kills):
        sette.wake(*pieces)
        sette.run_for(chance.uniform(0.02, 0.3))
        sette.kill_one(chance)

    def is_done():
        sette.wake("channels.reap", *pieces)
        sette.run_for(0.3)
        return sette.ask(DUE)

    seconds = sette.wait(is_done, 600)

    found = truth.check(sette.servers.store, uncertain=CAP * customers)
    counted = Message.objects.filter(slot_at__isnull=False).values_list("customer_id", flat=True)
    assert Counter(counted) == {reader.pk: CAP for reader in readers}
    assert found.sent + found.uncertain == CAP * customers
    assert over_cap(people.now(), ever=True) == []
    told(
        "cap race with kills",
        f"{workers} workers, {customers} customers, {each} candidates each, {kills} kills",
        each=f"exactly {CAP}",
        uncertain=found.uncertain,
        settled=f"{seconds:.1f} s",
    )


def test_nothing_is_sent_after_an_opt_out_in_the_middle_of_a_broadcast(sette, told):
    number = sized(200, 5_000)
    readers = people.make_customers(4 * number)
    segment = Segment.objects.create(slug="all", name="All", kind=Segment.Kind.LIST)
    Membership.objects.bulk_create(
        Membership(segment=segment, customer=reader, entered_at=people.now()) for reader in readers
    )
    leavers = die("opt-outs").sample(readers, number)
    sette.servers.do_wrong({"wrong": "slow", "kind": "email", "seconds": 0.02})
    sette.start_beat()
    sette.start_worker(2, **UNHURRIED)
    sette.wait_for_workers()
    broadcast = campaigns.create_broadcast(name="Sale", content=builders.content("sale"), segment=segment)
    campaigns.schedule(broadcast, people.now())
    sette.wait(lambda: Message.objects.filter(state="sent").exists(), 60)
    spared = []  # who had not been let through when the opt-out had committed
    for leaver in leavers:
        set_consents([ConsentChange(leaver.pk, "email", "", False, "link", "")], people.now())
        if Message.objects.filter(customer=leaver, slot_at__isnull=True).exists():
            spared.append(leaver.pk)

    sette.wait(lambda: Broadcast.objects.filter(pk=broadcast.pk, state="finished").exists(), 600)

    found = truth.check(sette.servers.store)
    states = Message.objects.filter(customer_id__in=spared).values_list("state", "reason")
    assert set(states) <= {("suppressed", "no_consent")}
    assert found.sent == len(readers) - len(spared)
    assert Broadcast.objects.get(pk=broadcast.pk).candidates == len(readers) == Message.objects.count()
    told("opt-outs in mid-broadcast", f"{number} of {len(readers)}", sends_after=0, spared=len(spared))
