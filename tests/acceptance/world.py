"""A small world with a hand-moved clock: calls go in at the inbox, messages come out at the journal.

Everything between is the product: `work.settle` does what the workers do, moment by moment.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from channels.ledger import over_cap
from channels.models import Cap, Channel, QuietHours
from channels.secrets import seal
from config import work
from customers.inbox import accept
from customers.models import Customer
from customers.queries import customer_by_identity
from customers.tracking.calls import Call, Statement
from journeys.queries import stuck
from tests.builders import NOON


@dataclass
class World:
    """What happens, and what came of it."""

    journal: Path
    now: datetime = NOON
    numbers: "count[int]" = field(default_factory=count)

    def open_channels(self, *kinds: str, **settings: Any) -> None:
        """Let these channels send, to the journal."""
        for kind in kinds:
            values = seal({"path": str(self.journal)} | settings)
            Channel.objects.create(
                kind=kind, provider="journal", settings=values, sender="Sette <s@example.com>"
            )

    def meet(self, name: str, *consents: str, **traits: Any) -> Customer:
        """A customer makes themselves known, and agrees to be written to on some channels."""
        email = f"{name}@example.com"
        said = [Statement(channel=channel, granted=True, source="form") for channel in consents]
        self._call("identify", email, traits={"email": email, **traits}, consents=said)
        self.settle()
        return customer_by_identity(f"email:{email}")

    def happens(self, customer: Customer, event: str, **properties: Any) -> None:
        """Something happens to a customer, now; the loop runs until nothing moves."""
        email = customer.identities.get(kind="email").value
        self._call("track", email, event=event, properties=properties)
        self.settle()

    def _call(self, kind: str, email: str, **said: Any) -> None:
        call = Call(
            kind=kind,
            message_id=f"m{next(self.numbers)}",
            occurred_at=self.now,
            identities={"email": email},
            **said,
        )
        accept([call], None, self.now)

    def settle(self) -> None:
        """All work that is due; nobody is stuck and no cap is passed, at any moment."""
        work.settle(self.now)
        assert stuck() == []
        assert not over_cap(self.now)

    def pass_time(self, until: datetime, tick: timedelta = timedelta(hours=3)) -> None:
        """The clock goes on, three hours at a time, and everything that falls due is done."""
        while self.now < until:
            self.now = min(self.now + tick, until)
            self.settle()

    def sent(self) -> list[dict[str, Any]]:
        """What the providers were handed, in order."""
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().splitlines()]


def cap(limit: int, span: timedelta, channel: str = "") -> Cap:
    """A rolling cap."""
    return Cap.objects.create(
        name=f"{limit} {channel}", limit=limit, window="rolling", span=span, channel=channel
    )


def quiet(starts: str, ends: str) -> QuietHours:
    """Quiet hours on every channel."""
    return QuietHours.objects.create(name="night", starts=starts, ends=ends)
