"""Providers that are busy, broken, slow, forgetful: nothing comes twice, and nobody is called too soon."""

import json
import urllib.request
from datetime import timedelta

import pytest

from channels.gate import dispatch
from channels.leases import reap
from channels.models import Channel, Message
from channels.outbox import Candidate, queue_messages
from channels.receipts import ATTEMPTS
from tests.faults import people, truth
from tests.faults.tier import SEED, sized
from tests.journeys import builders

pytestmark = pytest.mark.faults
HOUR = timedelta(hours=1)
WRONGS = {
    "error": {"share": 0.3},
    "vanish": {"share": 0.2},
    "slow": {"times": 3, "seconds": 2},
    "broken": {"share": 0.2},
    "refuse": {"share": 0.05},
}


def queue(customers, channel):
    content = builders.content(f"{channel}-{Message.objects.count()}", channel)
    at = people.now()
    queue_messages(
        [
            Candidate(
                customer_id=one.pk,
                content_id=content.pk,
                channel=channel,
                source="journey",
                source_id=1,
                due_at=at,
                enrollment_id=one.pk,
                step=content.slug,
                visit=1,
            )
            for one in customers
        ],
        at,
    )


def send_all(channel, now, limit=20):
    """Dispatch as often as it takes, the clock moved by hand; returns where it stands at the end."""
    open_ones = Message.objects.filter(channel=channel, state__in=["queued", "held", "sending"])
    while open_ones.exists():
        while dispatch(channel, now, limit):
            pass
        reap(now)
        now += HOUR / 4
    return now


@pytest.mark.parametrize("wrong", WRONGS)
def test_wrong_of_a_provider_doubles_and_loses_nothing(sette, told, settings, wrong):
    settings.PROVIDER_TIMEOUT = timedelta(seconds=1 if wrong == "slow" else 30)
    number = sized(200, 10_000)
    customers = people.make_customers(number, ("email", "sms"))
    now = people.now()
    for channel in ("email", "sms"):
        queue(customers, channel)
        sette.servers.do_wrong({"wrong": wrong, "kind": channel} | WRONGS[wrong], seed=SEED)
        now = send_all(channel, now)

    found = truth.check(sette.servers.store, uncertain=number)
    states = {channel: dict(truth.states(channel=channel)) for channel in ("email", "sms")}
    assert sum(states["email"].values()) == sum(states["sms"].values()) == number
    assert set(states["sms"]) <= {"sent", "failed"}  # it knows ids: nobody need be uncertain
    failed = set(Message.objects.filter(channel="sms", state="failed").values_list("reason", "attempts"))
    # A share of 0.3 strikes some request of thousands as often as it is tried.
    assert failed - {("exhausted", ATTEMPTS)} == ({("refused", 1)} if wrong == "refuse" else set())
    assert states["sms"].get("failed", 0) <= number * sized(0.1, 0.06)
    assert ("uncertain" in states["email"]) == (wrong in {"vanish", "slow", "broken"})
    told(
        f"provider: {wrong}",
        f"{number} mails, {number} SMS",
        duplicates=0,
        uncertain=found.uncertain,
        repeats_that_the_provider_knew=sette.servers.store.repeats(),
    )


def test_provider_that_says_when_to_come_back_is_not_called_before(sette, told):
    number, rest = sized(200, 10_000), timedelta(seconds=600)
    queue(people.make_customers(number, ("sms",)), "sms")
    now, early = people.now(), 0
    sette.servers.do_wrong({"wrong": "busy", "kind": "sms", "share": 0.3, "seconds": rest.total_seconds()})
    while Message.objects.filter(state="queued").exists():
        while dispatch("sms", now, 20):
            pass
        until = Channel.objects.get(kind="sms").rests_until
        if until is not None and until > now:
            assert until == now + rest
            calls = asked(sette)
            early += dispatch("sms", until - timedelta(milliseconds=1), 20)
            assert asked(sette) == calls
        now = max(now, until or now) + timedelta(seconds=1)

    found = truth.check(sette.servers.store)
    assert early == 0
    told("provider: 429 with Retry-After", f"{number} SMS", sent=found.sent, calls_before_retry_after=early)


def asked(sette):
    """How many requests of messages the provider has had."""
    with urllib.request.urlopen(f"{sette.servers.receiver_url}/counts", timeout=10) as answer:
        return json.load(answer)["requests"]
