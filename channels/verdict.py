"""The gate's decision about one customer's messages: pure, and the same however the messages were batched.

All open messages of the customer are looked at in the order of their rank (priority, then the longer due,
then the older), on all channels, and each takes its place in the caps before the next is asked. Those of
higher priority that come due later reserve theirs. So a decision follows from the rows alone, not from
which worker held which of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import groupby
from typing import NamedTuple

from channels.caps import Book, Slot, counts
from channels.models import Cap, ChannelKind, OnCap, QuietHours, Reason
from channels.quiet import quiet_until
from customers.models import IdentityKind

ADDRESS_KINDS: Mapping[str, str] = {
    ChannelKind.EMAIL: IdentityKind.EMAIL,
    ChannelKind.SMS: IdentityKind.PHONE,
    ChannelKind.PUSH: IdentityKind.PUSH_TOKEN,
}
GLOBAL = "global"  # the holdout that is not a journey's
ROUNDS = 32  # caps and quiet hours push a message from one to the other at most so often


class Open(NamedTuple):
    """An open message, as the gate reads it."""

    id: int
    customer_id: int
    channel: str
    topic: str
    is_transactional: bool
    priority: int
    due_at: datetime
    expires_at: datetime | None
    on_cap: str
    fallbacks: Sequence[int]
    slot_at: datetime | None
    source: str
    source_id: int
    held_out: str = ""


class Way(NamedTuple):
    """A content as a way to go out: its id, channel and topic."""

    content_id: int
    channel: str
    topic: str


class Address(NamedTuple):
    """Where a customer is reached on a channel, and why it is never written to, if so."""

    value: str
    suppressed: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of the brand as they stand at the moment of the decision."""

    caps: Sequence[Cap]
    quiet: Sequence[QuietHours]
    active: frozenset[str]
    paused: frozenset[tuple[str, int]]
    ways: Mapping[int, Way]


@dataclass(slots=True)
class Person:
    """What the gate knows of one customer: all of it read under the customer's lock."""

    zone: tzinfo
    stage_number: int | None = None
    is_held_out: bool = False
    own_cap: Cap | None = None  # by the customer's own wish
    paused_until: datetime | None = None
    addresses: dict[str, Address] = field(default_factory=dict)
    consents: dict[tuple[str, str], bool] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)


class Go(NamedTuple):
    """It goes now."""


class Withhold(NamedTuple):
    """It would go now, and takes its place in the caps; but its customer is held out, by whose holdout."""

    by: str


class Hold(NamedTuple):
    """It waits until then; until somebody resumes it where there is no moment."""

    until: datetime | None
    reason: str
    detail: str


class Close(NamedTuple):
    """It never goes."""

    reason: str
    detail: str


class Switch(NamedTuple):
    """It goes on to the gate of another channel."""

    way: Way
    fallbacks: Sequence[int]


Verdict = Go | Withhold | Hold | Close | Switch
GO = Go()


def refusal(
    channel: str, topic: str, *, is_transactional: bool, person: Person, policy: Policy
) -> Close | None:
    """Why this customer gets no such message on this channel, whenever it is; None where one is allowed."""
    if channel not in policy.active:
        return Close(Reason.CHANNEL_OFF, channel)
    kind = ADDRESS_KINDS.get(channel)
    if kind is None:  # a webhook calls a system, not a person
        return None
    address = person.addresses.get(kind)
    if address is None:
        return Close(Reason.NO_ADDRESS, kind)
    if address.suppressed:
        return Close(Reason.SUPPRESSED_ADDRESS, address.suppressed)
    if is_transactional or has_consent(person.consents, channel, topic):
        return None
    return Close(Reason.NO_CONSENT, f"{channel}/{topic}" if topic else channel)


def has_consent(consents: Mapping[tuple[str, str], bool], channel: str, topic: str) -> bool:
    """The whole channel is not refused, and the topic, or without a word on it the channel, is granted."""
    whole = consents.get((channel, ""))
    return whole is not False and consents.get((channel, topic), whole) is True


class Judge:
    """Decides on all open messages of one customer at one moment."""

    def __init__(self, person: Person, policy: Policy, now: datetime) -> None:
        self.person = person
        self.policy = policy
        self.now = now
        caps = [cap for cap in policy.caps if cap.stage_id in (None, person.stage_number)]
        caps += [person.own_cap] if person.own_cap else []
        self.taken = Book(caps, person.slots, person.zone)
        self.reserved: list[Slot] = []
        self.planned = self.taken  # with the reservations, once there are any

    def verdicts(self, messages: Iterable[Open]) -> dict[int, Verdict]:
        """A verdict for each message that is due."""
        found: dict[int, Verdict] = {}
        ranked = sorted(messages, key=_rank)
        for priority, group in groupby(ranked, key=lambda message: message.priority):
            waiting = []
            for message in group:
                if message.due_at > self.now:
                    waiting.append((message.due_at, message))
                    continue
                verdict = found[message.id] = self.verdict(message)
                if isinstance(verdict, Hold) and verdict.until is not None:
                    waiting.append((verdict.until, message))
            if waiting and priority != ranked[-1].priority:
                self._reserve(waiting)
        return found

    def verdict(self, message: Open) -> Verdict:
        """What becomes of one message that is due, those of higher rank having been asked."""
        if (message.source, message.source_id) in self.policy.paused:
            return Hold(None, Reason.PAUSED, "")
        if message.expires_at is not None and message.expires_at <= self.now:
            return Close(Reason.EXPIRED, "")
        refused = self._refusal(message.channel, message.topic, message)
        if refused is not None:
            return refused
        if message.is_transactional:
            return GO
        if self._is_on_pause(message.channel):
            return Close(Reason.ON_PAUSE, "")
        verdict = self._timed(message)
        by = message.held_out or (GLOBAL if self.person.is_held_out else "")
        return Withhold(by) if by and isinstance(verdict, Go) else verdict

    def _refusal(self, channel: str, topic: str, message: Open) -> Close | None:
        return refusal(
            channel,
            topic,
            is_transactional=message.is_transactional,
            person=self.person,
            policy=self.policy,
        )

    def _is_on_pause(self, channel: str) -> bool:
        """Whether the customer has paused what reaches a person."""
        until = self.person.paused_until
        return until is not None and until > self.now and channel in ADDRESS_KINDS

    def _timed(self, message: Open) -> Verdict:
        """Whether quiet hours and caps let it go now. A place that it took before, unanswered, is its own."""
        if message.slot_at is not None:
            self._release(Slot(message.slot_at, message.channel, message.topic))
        slot = Slot(self.now, message.channel, message.topic)
        blocked = self._blocked(slot)
        if blocked is None:
            self._take(slot)
            return GO
        if message.slot_at is not None:
            self._take(slot._replace(at=message.slot_at))
        if blocked.reason == Reason.QUIET_HOURS or message.on_cap == OnCap.HOLD:
            return self._until(blocked, message)
        if message.on_cap == OnCap.DROP:
            return Close(blocked.reason, blocked.detail)
        return self._switched(message) or self._until(blocked, message)

    def _blocked(self, slot: Slot) -> Hold | None:
        """Why a message can't go at the slot's moment and when it can; None where it can."""
        quiet = self._quiet(slot.channel, slot.at)
        if quiet is not None:
            until, hours = quiet
            return Hold(until, Reason.QUIET_HOURS, f"{hours.name} ({hours.starts:%H:%M}-{hours.ends:%H:%M})")
        full = self.taken.full(slot)
        if full is None:
            return self._yields(slot)
        until = self._earliest(self.taken, slot)
        if full[1] is self.person.own_cap:
            return Hold(until, Reason.OWN_WISH, "")
        return Hold(until, Reason.CAP, f"{full[1].name} ({full[1].limit})")

    def _earliest(self, book: Book, slot: Slot) -> datetime:
        """The first moment from the slot's on that is not quiet and where every cap has room."""
        for _round in range(ROUNDS):
            quiet = self._quiet(slot.channel, slot.at)
            if quiet is not None:
                slot = slot._replace(at=quiet[0])
            full = book.full(slot)
            if full is None:
                break
            slot = slot._replace(at=full[0])
        return slot.at

    def _quiet(self, channel: str, at: datetime) -> tuple[datetime, QuietHours] | None:
        if channel == ChannelKind.WEBHOOK or not self.policy.quiet:
            return None
        hours = [quiet for quiet in self.policy.quiet if quiet.channel in ("", channel)]
        return quiet_until(at, hours, self.person.zone)

    def _yields(self, slot: Slot) -> Hold | None:
        """Held back for messages of higher priority that are due before the place would be free again."""
        if not self.reserved:
            return None
        full = self.planned.full(slot)
        if full is None:
            return None
        cap = full[1]
        rivals = [r.at for r in self.reserved if r.at > slot.at and counts(cap, r.channel, r.topic)]
        return Hold(min(rivals, default=full[0]), Reason.PRIORITY, cap.name)

    def _switched(self, message: Open) -> Switch | None:
        for place, content_id in enumerate(message.fallbacks, start=1):
            way = self.policy.ways.get(content_id)
            if way is None or self._refusal(way.channel, way.topic, message) is not None:
                continue
            slot = Slot(self.now, way.channel, way.topic)
            if self._blocked(slot) is None:
                self._take(slot)
                return Switch(way, message.fallbacks[place:])
        return None

    def _until(self, hold: Hold, message: Open) -> Hold:
        """No later than its expiry, when it is closed as too late."""
        if message.expires_at is not None and hold.until is not None and message.expires_at < hold.until:
            return hold._replace(until=message.expires_at)
        return hold

    def _take(self, slot: Slot) -> None:
        self.taken.take(slot)
        if self.planned is not self.taken:
            self.planned.take(slot)

    def _release(self, slot: Slot) -> None:
        self.taken.release(slot)
        if self.planned is not self.taken:
            self.planned.release(slot)

    def _reserve(self, waiting: Sequence[tuple[datetime, Open]]) -> None:
        """Keep the places of messages that come later from those of lower priority."""
        if self.planned is self.taken:
            self.planned = self.taken.copy()
        for at, message in sorted(waiting, key=lambda pair: (pair[0], pair[1].id)):
            if message.is_transactional or self._refusal(message.channel, message.topic, message) is not None:
                continue
            slot = Slot(at, message.channel, message.topic)
            slot = slot._replace(at=self._earliest(self.planned, slot))
            if message.expires_at is None or slot.at < message.expires_at:
                self.planned.take(slot)
                self.reserved.append(slot)


def _rank(message: Open) -> tuple[int, datetime, int]:
    return (-message.priority, message.due_at, message.id)
