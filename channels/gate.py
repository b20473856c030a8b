"""The gate: the one place where it is decided whether a message goes, and the only way to a provider.

`dispatch` takes a batch of due messages in one transaction, under their customers' locks, so that nothing
can change between the check and the act; commits; and only then renders, calls the provider and records its
answers.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from django.db import transaction

from channels import claim, moves
from channels.caps import reach
from channels.delivery import Lease, deliver
from channels.models import Channel
from channels.provider import Provider
from channels.verdict import Close, Go, Hold, Judge, Open, Person, Policy, Switch, Verdict, Withhold
from config import work
from customers.services import lock_customers

V = TypeVar("V", bound=Verdict)
BATCH = 200  # where workers contend, more together are slower


@dataclass(slots=True)
class Batch:
    """What one transaction of the gate did: how many messages it decided on, and which it let through.

    `left`: how many it left to the next, for somebody else held their customers.
    """

    decided: int = 0
    left: int = 0
    sending: list[moves.Sending] = field(default_factory=list)
    lease: Lease = field(default_factory=lambda: Lease(uuid4(), time.monotonic()))


def dispatch(channel: str, now: datetime, limit: int = BATCH, provider: Provider | None = None) -> int:
    """Take due messages through the channel's gate, send those that may go; how many were decided on.

    A `provider` takes them in place of the channel's own.
    """
    row = Channel.objects.filter(kind=channel).first()
    if row is not None and row.rests_until is not None and row.rests_until > now:
        return 0
    batch = pass_gate(channel, now, limit)
    if batch.left:
        work.wake(f"channels.dispatch_{channel}")
    if batch.sending and row is not None:
        deliver(row, batch.sending, batch.lease, now, provider)
    return batch.decided


def pass_gate(channel: str, now: datetime, limit: int) -> Batch:
    """One batch through the gate, committed. Customers whom somebody else holds are left to the next batch.

    Where all of them are held, the second try waits for them before it claims any message: whoever holds
    messages waits for nobody.
    """
    with transaction.atomic():
        claimed = claim.claim(channel, now, limit)
        batch = _decide(claimed, channel, now)
    if claimed and not batch.decided:
        customer_ids = sorted({message.customer_id for message in claimed})
        with transaction.atomic():
            lock_customers(customer_ids)
            batch = _decide(claim.claim(channel, now, limit, customer_ids), channel, now)
    return batch


def _decide(claimed: Sequence[Open], channel: str, now: datetime) -> Batch:
    batch = Batch()
    persons = claim.lock_persons({message.customer_id for message in claimed}) if claimed else {}
    messages = [message for message in claimed if message.customer_id in persons]
    if messages:
        verdicts = _judge(messages, persons, now)
        batch.decided, batch.left = len(messages), len(claimed) - len(messages)
        going = [message for message in messages if isinstance(verdicts[message.id], Go)]
        moves.hold(_of(Hold, verdicts))
        moves.switch(_of(Switch, verdicts))
        moves.close(_of(Close, verdicts), now)
        moves.withhold(_of(Withhold, verdicts), messages, persons, now)
        batch.sending = moves.take(going, persons, batch.lease.token, channel, now)
    return batch


def _judge(messages: Sequence[Open], persons: Mapping[int, Person], now: datetime) -> dict[int, Verdict]:
    """A verdict on each message, after reading all that bears on it, afresh under the locks."""
    policy = claim.read_policy()
    caps = [*policy.caps, *claim.read_preferences(persons)]
    rivals = claim.read_rivals(messages, caps, now) if caps else []
    policy = replace(policy, ways=claim.read_ways([*messages, *rivals]))
    channels = {message.channel for message in (*messages, *rivals)}
    channels |= {way.channel for way in policy.ways.values()}
    claim.read_persons(persons, channels, now - reach(caps) if caps else None)
    by_customer: defaultdict[int, list[Open]] = defaultdict(list)
    for message in (*messages, *rivals):
        by_customer[message.customer_id].append(message)
    return _verdicts(by_customer, persons, policy, {message.id for message in messages}, now)


def _verdicts(
    by_customer: Mapping[int, Sequence[Open]],
    persons: Mapping[int, Person],
    policy: Policy,
    wanted: set[int],
    now: datetime,
) -> dict[int, Verdict]:
    found: dict[int, Verdict] = {}
    for customer_id, messages in by_customer.items():
        found |= Judge(persons[customer_id], policy, now).verdicts(messages)
    return {message_id: verdict for message_id, verdict in found.items() if message_id in wanted}


def _of(kind: type[V], verdicts: Mapping[int, Verdict]) -> dict[int, V]:
    return {message_id: verdict for message_id, verdict in verdicts.items() if isinstance(verdict, kind)}
