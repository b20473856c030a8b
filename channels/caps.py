"""The arithmetic of frequency caps: is there room at a moment, and if not, when will there be.

Pure. A *slot* is the place that a message took in the windows at the moment it was let through. A rolling
window is half open, `(t - span, t]`: a slot is free again exactly `span` after it was taken. Slots may lie
in the future: those are reserved by messages of higher priority.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from channels.models import Cap, ChannelKind
from channels.quiet import window_around

LONGEST = {  # of a calendar window, with an hour that DST may add
    Cap.Window.DAY: timedelta(days=1, hours=3),
    Cap.Window.WEEK: timedelta(days=7, hours=3),
    Cap.Window.MONTH: timedelta(days=31, hours=3),
}


class Slot(NamedTuple):
    """A place that a message took, or is to take, in the caps of its customer."""

    at: datetime
    channel: str
    topic: str


def own_cap(every_days: int | None, name: str = "") -> Cap | None:
    """A customer's own wish, at most one message in so many days, as a cap; None: they have none."""
    if every_days is None:
        return None
    return Cap(name=name, limit=1, window=Cap.Window.ROLLING, span=timedelta(days=every_days))


def counts(cap: Cap, channel: str, topic: str) -> bool:
    """Whether such a message counts in the cap. A webhook, which reaches no person, does in its own only."""
    if cap.channel != channel and (cap.channel or channel == ChannelKind.WEBHOOK):
        return False
    return cap.topic in ("", topic)


def reach(caps: Iterable[Cap]) -> timedelta:
    """How far back slots matter to any of the caps."""
    return max((cap.span or LONGEST[Cap.Window(cap.window)] for cap in caps), default=timedelta(0))


def has_room(cap: Cap, taken: Sequence[datetime], at: datetime, zone: tzinfo) -> bool:
    """Whether one more slot at `at` leaves every window of the cap within its limit. `taken` is sorted."""
    if cap.span is None:
        start, end = window_around(cap.window, at, zone)
        return bisect_left(taken, end) - bisect_left(taken, start) < cap.limit
    if len(taken) < cap.limit:
        return True
    place = bisect_right(taken, at)
    around = [*taken[max(0, place - cap.limit) : place], at, *taken[place : place + cap.limit]]
    return all(last - first >= cap.span for first, last in zip(around, around[cap.limit :], strict=False))


def frees_at(cap: Cap, taken: Sequence[datetime], at: datetime, zone: tzinfo) -> datetime:
    """The first moment from `at` on at which the cap has room."""
    while not has_room(cap, taken, at, zone):
        if cap.span is None:
            at = window_around(cap.window, at, zone)[1]
        else:
            at = min(slot + cap.span for slot in taken if slot + cap.span > at)
    return at


def _window_start(cap: Cap, at: datetime, zone: tzinfo) -> datetime:
    """The last moment before the window that `at` stands in."""
    return at - cap.span if cap.span else window_around(cap.window, at, zone)[0] - timedelta.resolution


class Book:
    """The slots of one customer, cap by cap: what is taken, and what those of higher priority will take."""

    def __init__(self, caps: Sequence[Cap], slots: Iterable[Slot], zone: tzinfo) -> None:
        self.caps = caps
        self.zone = zone
        self._taken: list[list[datetime]] = [[] for _cap in caps]
        for slot in slots:
            self.take(slot)

    def take(self, slot: Slot) -> None:
        """Enter one slot under each cap that counts it."""
        for cap, taken in zip(self.caps, self._taken, strict=True):
            if counts(cap, slot.channel, slot.topic):
                insort(taken, slot.at)

    def release(self, slot: Slot) -> None:
        """Strike a slot out again."""
        for cap, taken in zip(self.caps, self._taken, strict=True):
            if counts(cap, slot.channel, slot.topic) and slot.at in taken:
                taken.remove(slot.at)

    def copy(self) -> "Book":
        """A book of its own with the same entries."""
        twin = Book(self.caps, (), self.zone)
        twin._taken = [list(taken) for taken in self._taken]
        return twin

    def used(self, at: datetime) -> list[int]:
        """How many slots stand in each cap's window at `at`."""
        return [
            sum(_window_start(cap, at, self.zone) < slot <= at for slot in taken)
            for cap, taken in zip(self.caps, self._taken, strict=True)
        ]

    def full(self, slot: Slot) -> tuple[datetime, Cap] | None:
        """None where each cap has room; else the moment when the fullest has it again, and that cap."""
        worst: tuple[datetime, Cap] | None = None
        for cap, taken in zip(self.caps, self._taken, strict=True):
            if counts(cap, slot.channel, slot.topic) and not has_room(cap, taken, slot.at, self.zone):
                free = frees_at(cap, taken, slot.at, self.zone)
                if worst is None or free > worst[0]:
                    worst = (free, cap)
        return worst
