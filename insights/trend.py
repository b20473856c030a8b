"""How many customers stood in each stage on each day of the last weeks, and each as a small line."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from customers.tallies import daily_moves

DAYS = 56
WIDTH, HEIGHT, EDGE = 120, 32, 3


@dataclass(frozen=True)
class Trend:
    """One stage: how many stood there at the end of each day, today's so far the last."""

    sizes: list[int]

    @property
    def change(self) -> int:
        """How many more than at the beginning."""
        return self.sizes[-1] - self.sizes[0]

    @property
    def line(self) -> str:
        """The points of the line in a drawing of WIDTH by HEIGHT, from the least to the most."""
        least, most = min(self.sizes), max(self.sizes)
        step = (WIDTH - 2 * EDGE) / (len(self.sizes) - 1)
        rise = (HEIGHT - 2 * EDGE) / (most - least or 1)
        return " ".join(
            f"{EDGE + step * place:.1f},{HEIGHT - EDGE - rise * (size - least):.1f}"
            for place, size in enumerate(self.sizes)
        )


def trends(sizes: Counter[int], now: datetime, zone: tzinfo) -> dict[int, Trend]:
    """Each stage's: from today's sizes back, by what moved on each day."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=DAYS)
    start = datetime.combine(first, time.min, zone)
    net: dict[date, Counter[int]] = {}
    for day, source, to, many in daily_moves(start, now + timedelta(hours=1), zone):
        change = net.setdefault(day, Counter())
        change[to] += many
        change[source] -= many
    standing = Counter(sizes)
    days = []
    for back in range(DAYS + 1):
        days.append({number: standing[number] for number in range(1, 8)})
        standing.subtract(net.get(today - timedelta(days=back), Counter()))
    return {number: Trend([max(0, day[number]) for day in reversed(days)]) for number in range(1, 8)}
