"""How the channels are: what went out in the last day, what waits, what failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q

from channels.models import Channel, Message, MessageState
from channels.models.message import OPEN, SENT_AND_AFTER

DAY = timedelta(days=1)
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class ChannelDay:
    """One channel's last 24 hours."""

    channel: Channel
    sent: int
    failed: int
    uncertain: int
    bounced: int
    waiting: int
    last_sent_at: datetime | None
    is_late: bool

    @property
    def health(self) -> str:
        """off, late (messages that are due don't go out), failing (over 5 % of a day), well."""
        if not self.channel.is_active:
            return "off"
        if self.is_late:
            return "late"
        return (
            "failing"
            if 20 * (self.failed + self.uncertain) > self.sent + self.failed + self.uncertain
            else "well"
        )


def channel_days(now: datetime) -> list[ChannelDay]:
    """Each channel; two queries for all, of what is open and of what a day has closed."""
    closed = (
        Message.objects.filter(closed_at__gt=now - DAY, closed_at__lte=now)
        .order_by()
        .values("channel")
        .annotate(
            sent=Count("pk", filter=Q(state__in=SENT_AND_AFTER)),
            failed=Count("pk", filter=Q(state=MessageState.FAILED)),
            uncertain=Count("pk", filter=Q(state=MessageState.UNCERTAIN)),
            bounced=Count("pk", filter=Q(state__in=[MessageState.BOUNCED, MessageState.COMPLAINED])),
            last=Max("sent_at"),
        )
    )
    waiting = (
        Message.objects.filter(state__in=OPEN)
        .order_by()
        .values("channel")
        .annotate(n=Count("pk"), due=Min("due_at"))
    )
    days: dict[str, Mapping[str, Any]] = {row["channel"]: row for row in closed}
    queues: dict[str, Mapping[str, Any]] = {row["channel"]: row for row in waiting}
    return [
        _day(channel, days.get(channel.kind, {}), queues.get(channel.kind, {}), now)
        for channel in Channel.objects.all()
    ]


def _day(channel: Channel, day: Mapping[str, Any], queue: Mapping[str, Any], now: datetime) -> ChannelDay:
    due = queue.get("due")
    return ChannelDay(
        channel=channel,
        sent=day.get("sent", 0),
        failed=day.get("failed", 0),
        uncertain=day.get("uncertain", 0),
        bounced=day.get("bounced", 0),
        waiting=queue.get("n", 0),
        last_sent_at=day.get("last"),
        is_late=due is not None and due < now - LATE,
    )
