"""How the channels are: what went out in the last day, what waits, what failed."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from channels.models import Channel, Counted, Message, MessageState, MessageTally
from channels.models.message import OPEN, SENT_AND_AFTER
from config.tally import first_hour
from customers.models import Customer

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


def unknown_zones() -> int:
    """How many customers have no time zone that is known: for them the brand's counts.

    Plan: customer_without_zone alone.
    """
    return Customer.objects.filter(time_zone="").count()


def channel_days(now: datetime) -> list[ChannelDay]:
    """Each channel: what the hours of a day have closed, off the tally, and what is open."""
    hours = MessageTally.objects.filter(
        counted=Counted.CLOSED, hour__gte=first_hour(now - DAY, now), hour__lte=now
    ).order_by()
    days = defaultdict[str, Counter[str]](Counter)
    for channel, state, many in hours.values_list("channel", "state").annotate(Sum("messages")):
        days[channel][state] = many
    waiting = MessageTally.objects.filter(counted=Counted.ASKED, state__in=OPEN).order_by()
    queues = dict(waiting.values_list("channel").annotate(Sum("messages")))
    return [
        _day(channel, days[channel.kind], queues.get(channel.kind, 0), now)
        for channel in Channel.objects.all()
    ]


def _day(channel: Channel, day: Counter[str], waiting: int, now: datetime) -> ChannelDay:
    mine = Message.objects.filter(channel=channel.kind)
    sent = sum(day[state] for state in SENT_AND_AFTER)
    gone = mine.filter(slot_at__gt=now - DAY, slot_at__lte=now, sent_at__isnull=False).order_by("-slot_at")
    return ChannelDay(
        channel=channel,
        sent=sent,
        failed=day[MessageState.FAILED],
        uncertain=day[MessageState.UNCERTAIN],
        bounced=day[MessageState.BOUNCED] + day[MessageState.COMPLAINED],
        waiting=waiting,
        last_sent_at=gone.values_list("sent_at", flat=True).first() if sent else None,
        is_late=bool(waiting) and mine.filter(due_at__lt=now - LATE).exists(),
    )
