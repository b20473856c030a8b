"""A call: one thing that a source tells about a person. Pure; `parse` makes it, `apply` does what it says."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

# `record`: what a file says of a person. It joins as `identify` does, and nobody was seen by it.
Kind = Literal["identify", "track", "page", "screen", "alias", "group", "event", "record"]

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # a clock that says less is not set


class Statement(msgspec.Struct, omit_defaults=True):
    """A word about a channel (and a topic; none: the whole channel), and how it was asked for."""

    channel: str
    granted: bool
    topic: str = ""
    source: str = ""
    wording: str = ""
    confirmed: bool = False  # by a double opt-in elsewhere; only files may say so


class Call(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One call, checked in form. `identities` maps an IdentityKind to a value as it came, not yet normalised.

    `sent_at` is what the sender's clock said when the call left; the inbox corrects `occurred_at` by it.
    """

    kind: Kind
    message_id: str
    occurred_at: datetime | None = None
    sent_at: datetime | None = None
    identities: dict[str, str] = {}
    previous_id: str = ""
    event: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    language: str = ""
    time_zone: str = ""
    country: str = ""
    consents: list[Statement] = []
    customer_id: int = 0


def corrected(occurred_at: datetime | None, sent_at: datetime | None, received_at: datetime) -> datetime:
    """When it happened by our clock: the sender's is off by what `sent_at` is, and nothing is in the future.

    What can't be (the year 1, the year 9999, no time at all) happened when it was received.
    """
    if occurred_at is None:
        return received_at
    if sent_at is not None:
        try:
            occurred_at = occurred_at + (received_at - sent_at)
        except OverflowError:
            return received_at
    return occurred_at if EARLIEST <= occurred_at <= received_at else received_at


def moment(text: str) -> datetime:
    """An ISO 8601 moment, in UTC where it names no zone; ValueError where it is none."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        return parsed.replace(tzinfo=UTC)
    try:
        return parsed.astimezone(UTC)
    except OverflowError:  # the first or last day that a calendar has
        return parsed.replace(tzinfo=UTC)


MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ticks(at: datetime) -> int:
    """A moment as microseconds since 1970: compared, and kept beside each trait."""
    return (at - EPOCH) // MICROSECOND
