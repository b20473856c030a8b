"""Rows for the tests of gate and outbox: a journaling channel, something to say, messages that are due."""

from datetime import datetime, time
from typing import Any

from channels.models import Cap, Channel, Content, ContentText, Message, QuietHours
from channels.secrets import seal
from customers.models import Customer
from tests import builders
from tests.builders import NOON

MAIL = "<mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section>"
BODIES = {"email": f"<mjml><mj-body>{MAIL}</mj-body></mjml>"}


def channel(kind: str = "email", path: str = "/nowhere/journal", **settings: Any) -> Channel:
    """A channel that is served by the journaling provider."""
    provider = settings.pop("provider", "journal")
    return Channel.objects.create(
        kind=kind,
        provider=provider,
        settings=seal({"path": path} | settings),
        sender="Sette <hello@example.com>",
    )


def content(kind: str = "email", slug: str = "", topic: str = "") -> Content:
    """Something to say on a channel, in English."""
    made = Content.objects.create(slug=slug or f"hello-{kind}", name="Hello", channel=kind, topic=topic)
    ContentText.objects.create(
        content=made,
        language="en",
        subject="Hello",
        body=BODIES.get(kind, "Hello"),
        link="https://example.com",
    )
    return made


def reader(number: int = 1, *, consents: tuple[str, ...] = ("email", "sms"), **fields: Any) -> Customer:
    """A customer with an e-mail address and a phone who agreed to these channels."""
    made = builders.customer(email=f"c{number}@example.com", phone=f"+39333{number:07}", **fields)
    for kind in consents:
        builders.consent(made, kind)
    return made


def message(of: Customer, what: Content, due_at: datetime = NOON, **fields: Any) -> Message:
    """An open message; of a journey unless it is said otherwise."""
    fields = {"source": "journey", "source_id": 1, "channel": what.channel, "topic": what.topic} | fields
    made = Message.objects.create(customer=of, content=what, due_at=due_at, created_at=NOON, **fields)
    made.refresh_from_db()
    return made


def cap(limit: int = 1, *, name: str = "", **fields: Any) -> Cap:
    """A cap, of a calendar window unless it has a span."""
    fields = {"window": "rolling" if "span" in fields else "day"} | fields
    return Cap.objects.create(name=name or f"cap {Cap.objects.count()}", limit=limit, **fields)


def quiet(starts: str, ends: str, **fields: Any) -> QuietHours:
    """Quiet hours, as `21:00`, `09:00`."""
    fields = {"name": "night"} | fields
    return QuietHours.objects.create(
        starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), **fields
    )


def states() -> dict[int, tuple[str, str]]:
    """Where every message stands and why."""
    return {row[0]: (row[1], row[2]) for row in Message.objects.values_list("id", "state", "reason")}
