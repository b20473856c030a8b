"""What went out today and on the days before, by channel: off the tally of messages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Sum
from django.db.models.functions import TruncDate

from channels.models import ChannelKind, Counted, MessageState, MessageTally
from channels.models.message import SENT_AND_AFTER

DAYS = 14  # that are shown before today


@dataclass(frozen=True)
class ChannelToday:
    """One channel: what came to its fate today, and how many went out on each day up to today."""

    kind: str
    label: str
    sent: int
    not_sent: int
    failed: int
    uncertain: int
    days: list[tuple[date, int]]

    @property
    def bars(self) -> list[tuple[float, float, float, date, int, bool]]:
        """The days as bars of a drawing 100 wide and 30 high: x, y, height, day, how many, whether today."""
        most = max([1, *(many for _, many in self.days)])
        width = 100 / len(self.days)
        last = self.days[-1][0]
        return [
            (
                round(place * width, 2),
                round(30 - 28 * many / most, 2),
                round(28 * many / most, 2),
                day,
                many,
                day == last,
            )
            for place, (day, many) in enumerate(self.days)
        ]


def channels_today(now: datetime, zone: tzinfo) -> list[ChannelToday]:
    """Each channel on which something came to its fate lately, by the days of a zone."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS, -1, -1)]
    start = datetime.combine(days[0], time.min, zone)
    closed = MessageTally.objects.filter(counted=Counted.CLOSED, hour__gte=start, hour__lte=now).order_by()
    by_day = closed.values_list("channel", TruncDate("hour", tzinfo=zone), "state").annotate(Sum("messages"))
    by_day = by_day.filter(messages__sum__gt=0)  # of who was erased nothing is left
    found = defaultdict[str, defaultdict[date, Counter[str]]](lambda: defaultdict(Counter))
    for channel, day, state, many in by_day:
        found[channel][day][state] += many
    return [_channel(kind, found[kind], days) for kind in ChannelKind if kind in found]


def _channel(kind: ChannelKind, found: dict[date, Counter[str]], days: Sequence[date]) -> ChannelToday:
    sent = [(day, sum(found[day][state] for state in SENT_AND_AFTER)) for day in days]
    today = found[days[-1]]
    return ChannelToday(
        kind=kind.value,
        label=str(kind.label),
        sent=sent[-1][1],
        not_sent=today[MessageState.SUPPRESSED],
        failed=today[MessageState.FAILED],
        uncertain=today[MessageState.UNCERTAIN],
        days=sent,
    )
