"""The messages of a simulation day by day, and how many a customer gets in a week. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from customers.chart import round_up
from journeys.simulate.outcome import Outcome, Pressure

WIDTH, HEIGHT = 1120, 240
LEFT, RIGHT = 64, 1096
TOP, BASE = 24, 200
THIN = 0.72  # of a day's width that a bar takes
DATES = 6
MOST_SHOWN = 8  # messages a week; the last bar is of so many and more


@dataclass(frozen=True)
class Day:
    """A day: what the others send, the draft's on top, and the mark of what was sent without the draft."""

    day: date
    x: float
    width: float
    others: float
    own: float
    mark: float
    draft: int
    total: int
    before: int

    @property
    def others_top(self) -> float:
        """Where the others' bar begins."""
        return BASE - self.others

    @property
    def own_top(self) -> float:
        """Where the draft's bar begins."""
        return BASE - self.others - self.own

    @property
    def end(self) -> float:
        """The right edge."""
        return self.x + self.width


@dataclass(frozen=True)
class DayChart:
    """The days, and what is written beside them."""

    days: list[Day]
    levels: list[tuple[float, int]]
    dates: list[tuple[float, date]]


def day_chart(told: Outcome) -> DayChart:
    """Messages by day; heights count from nothing."""
    own: dict[date, int] = {}
    for day, _channel, many in told.days:
        own[day] = own.get(day, 0) + many
    rows = told.every_day
    most = round_up(max((max(before, after) for _day, before, after in rows), default=1) or 1)
    step = (RIGHT - LEFT) / max(1, len(rows))
    scale = (BASE - TOP) / most
    days = [
        Day(
            day=day,
            x=LEFT + step * (place + (1 - THIN) / 2),
            width=step * THIN,
            others=scale * (after - own.get(day, 0)),
            own=scale * own.get(day, 0),
            mark=BASE - scale * before,
            draft=own.get(day, 0),
            total=after,
            before=before,
        )
        for place, (day, before, after) in enumerate(rows)
    ]
    return DayChart(
        days=days,
        levels=[(TOP, most), ((TOP + BASE) / 2, most // 2), (BASE, 0)],
        dates=[(days[place].x + days[place].width / 2, days[place].day) for place in _spread(len(days))],
    )


def _spread(count: int) -> list[int]:
    """The first, the last and a few between them, evenly."""
    few = min(DATES, count)
    return [round(place * (count - 1) / max(1, few - 1)) for place in range(few)]


@dataclass(frozen=True)
class Level:
    """So many messages a week: the share of the weeks without the draft, and with it."""

    messages: int
    is_more: bool
    before: int
    after: int
    weeks: int


def levels(without: Pressure, with_draft: Pressure) -> list[Level]:
    """Each number of messages a week that somebody got, from none on; the highest together."""
    before, after = _capped(without.weeks_of), _capped(with_draft.weeks_of)
    weeks = sum(after.values())
    last = max([*before, *after], default=0)
    return [
        Level(number, number == MOST_SHOWN, before.get(number, 0), after.get(number, 0), weeks)
        for number in range(last + 1)
    ]


def _capped(weeks_of: Sequence[tuple[int, int]]) -> dict[int, int]:
    told: dict[int, int] = {}
    for messages, many in weeks_of:
        place = min(messages, MOST_SHOWN)
        told[place] = told.get(place, 0) + many
    return told
