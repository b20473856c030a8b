"""What the provider knows by itself, held against our ledger; and all invariants in one call."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count

from channels.models import Message
from insights.invariants import broken
from sandbox.receivers.store import Store

GONE_OUT = {"sent", "delivered", "bounced", "complained"}


@dataclass(frozen=True)
class Balance:
    """Messages of the ledger against those in the provider's journal."""

    sent: int  # the ledger says so, and the journal has them
    uncertain: int  # nobody knows, says the ledger
    lost: tuple[str, ...]  # sent, says the ledger, and the journal has never seen them
    denied: tuple[str, ...]  # in the journal, and the ledger says that they were not sent
    doubled: tuple[str, ...]  # in the journal more than once
    strange: tuple[str, ...]  # in the journal, and of no message of ours


def balance(store: Store) -> Balance:
    """The mails and the other messages that were accepted, by their ids, against the ledger."""
    received = Counter[str]()
    for one in store.newest(limit=10_000_000):
        received[(one.message_id or "").strip("<>").split("@")[0]] += 1
    states = {str(public_id): state for public_id, state in Message.objects.values_list("public_id", "state")}
    return Balance(
        sent=sum(1 for message, state in states.items() if state in GONE_OUT and received[message]),
        uncertain=sum(1 for state in states.values() if state == "uncertain"),
        lost=tuple(
            message for message, state in states.items() if state in GONE_OUT and not received[message]
        ),
        denied=tuple(
            message
            for message in received
            if states.get(message, "sent") not in GONE_OUT | {"uncertain", "sending"}
        ),
        doubled=tuple(message for message, times in received.items() if times > 1),
        strange=tuple(received.keys() - states.keys()),
    )


def states(**which: object) -> list[tuple[str, int]]:
    """How many messages there are in each state."""
    rows = Message.objects.filter(**which).values_list("state")
    return list(rows.annotate(count=Count("id")).values_list("state", "count"))


def check(store: Store, *, uncertain: int = 0) -> Balance:
    """Nothing lost, doubled or denied, at most so many uncertain, and no invariant broken."""
    found = balance(store)
    assert (found.lost, found.denied, found.doubled, found.strange) == ((), (), (), ())
    assert found.uncertain <= uncertain, f"{found.uncertain} uncertain; at most {uncertain} may be"
    check_invariants()
    return found


def check_invariants() -> None:
    """Every invariant, asked of the whole installation."""
    found = broken(datetime.now(UTC))
    assert {name: times for name, times in found.items() if times} == {}
