"""What became of the candidates, and whether the caps held: reads for pages, metrics and tests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from channels.caps import Book, Slot, counts, own_cap, reach
from channels.models import Cap, ChannelKind, Message, MessageState, Preference
from channels.models.message import SENT_AND_AFTER
from channels.quiet import window_around
from config.localtime import zone_of
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Fates:
    """How many messages stand where. Every candidate is in exactly one of these."""

    queued: int = 0
    held: int = 0
    sending: int = 0
    sent: int = 0
    suppressed: int = 0
    failed: int = 0
    uncertain: int = 0

    @property
    def candidates(self) -> int:
        """All of them."""
        return self.pending + self.sent + self.suppressed + self.failed + self.uncertain

    @property
    def pending(self) -> int:
        """Those that have no fate yet."""
        return self.queued + self.held + self.sending


def fates(source: str, source_id: int | None = None, step: str | None = None) -> Fates:
    """The fates of a source's messages, or of one step's. Delivered and after count as sent."""
    messages = Message.objects.filter(source=source)
    if source_id is not None:
        messages = messages.filter(source_id=source_id)
    if step is not None:
        messages = messages.filter(step=step)
    found: dict[str, int] = {}
    for state, count in messages.values_list("state").annotate(count=Count("id")):
        name = str(MessageState.SENT) if state in SENT_AND_AFTER else state
        found[name] = found.get(name, 0) + count
    return Fates(**found)


class CapUse(NamedTuple):
    """How far one cap is used up for one customer; `frees_at` where it is full."""

    cap: Cap
    used: int
    frees_at: datetime | None


def caps_now(customer_id: int, now: datetime) -> list[CapUse]:
    """The caps that hold for a customer at this moment, and what is left of them."""
    customer = Customer.objects.get(pk=customer_id)
    caps = [cap for cap in Cap.objects.filter(is_active=True) if cap.stage_id in (None, customer.stage_id)]
    wish = Preference.objects.filter(customer_id=customer_id).values_list("every_days", flat=True).first()
    if cap := own_cap(wish, _("the customer's own wish")):
        caps.append(cap)
    zone = zone_of(customer.time_zone, settings.BRAND_TIME_ZONE)
    rows = Message.objects.filter(customer_id=customer_id, slot_at__gt=now - reach(caps))
    slots = [Slot(at, *what) for at, *what in rows.values_list("slot_at", "channel", "topic") if at]
    return [_use(Book([cap], slots, zone), now) for cap in caps]


def _use(book: Book, now: datetime) -> CapUse:
    cap = book.caps[0]
    full = book.full(Slot(now, cap.channel or ChannelKind.EMAIL, cap.topic))
    return CapUse(cap, book.used(now)[0], full[0] if full else None)


# Whoever has `limit` + 1 slots within the length of a window, off one ordered pass over the slots.
CROWDED = """
    SELECT id, customer_id, slot_at, earlier, time_zone FROM (
        SELECT m.id, m.customer_id, m.slot_at, m.stage_number, c.time_zone,
            lag(m.slot_at, %(limit)s) OVER (PARTITION BY m.customer_id ORDER BY m.slot_at, m.id) AS earlier
        FROM channels_message m JOIN customers_customer c ON c.id = m.customer_id
        WHERE m.slot_at IS NOT NULL AND m.slot_at >= %(since)s AND m.channel = ANY(%(channels)s)
          AND (%(topic)s = '' OR m.topic = %(topic)s)
    ) slots
    WHERE slot_at - earlier < %(span)s AND slot_at >= %(in_force)s
      AND (%(stage)s::smallint IS NULL OR stage_number = %(stage)s)
"""


class OverCap(NamedTuple):
    """A message that went out although its cap was full. There must be none."""

    cap: str
    customer_id: int
    message_id: int
    slot_at: datetime


def over_cap(now: datetime, *, ever: bool = False) -> list[OverCap]:
    """Every message of the last two windows, or `ever`, that was one too many for a cap."""
    found = []
    for cap in Cap.objects.filter(is_active=True):
        since = None if ever else now - 2 * reach([cap])
        found += [
            OverCap(cap.name, customer_id, message_id, slot_at)
            for message_id, customer_id, slot_at, earlier, time_zone in _crowded(cap, since)
            if cap.span is not None or _same_window(cap, earlier, slot_at, time_zone)
        ]
    return found


def _crowded(cap: Cap, since: datetime | None) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "limit": cap.limit,
        "span": reach([cap]),
        "channels": [kind for kind in ChannelKind.values if counts(cap, kind, cap.topic)],
        "topic": cap.topic,
        "stage": cap.stage_id,
        "since": since or "-infinity",
        "in_force": cap.changed_at or "-infinity",
    }
    with connection.cursor() as cursor:
        cursor.execute(CROWDED, values)
        return list(cursor.fetchall())


def _same_window(cap: Cap, earlier: datetime, later: datetime, time_zone: str) -> bool:
    zone = zone_of(time_zone, settings.BRAND_TIME_ZONE)
    return window_around(cap.window, later, zone)[0] <= earlier
