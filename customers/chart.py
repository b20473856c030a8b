"""The size of a segment over time as a picture: a line, and below it who entered and left. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from customers.growth import DaySize

WIDTH, HEIGHT = 1120, 300
LEFT, RIGHT = 64, 1048
TOP, BASE = 24, 180  # of the line
AXIS, REACH = 240, 36  # of the bars: up for who entered, down for who left
DATES = 5
THIN = 0.72  # of a day's width that a bar takes


@dataclass(frozen=True)
class Bar:
    """A day: where it stands, how far its bars reach, and what they say."""

    day: DaySize
    x: float
    width: float
    up: float
    down: float

    @property
    def top(self) -> float:
        """Where the upper bar begins."""
        return AXIS - self.up


@dataclass(frozen=True)
class Chart:
    """The line as points, the plane under it, the days, and what is written beside them."""

    line: str
    plane: str
    bars: list[Bar]
    levels: list[tuple[float, int]]
    dates: list[tuple[float, date]]
    end: tuple[float, float]
    most_moved: int


def chart(days: Sequence[DaySize]) -> Chart:
    """The picture of one day or more, in their order; heights count from nothing."""
    most = round_up(max(day.size for day in days))
    moved = max(1, *(max(day.entered, day.left) for day in days))
    step = (RIGHT - LEFT) / len(days)
    places = [LEFT + step * (number + 0.5) for number in range(len(days))]
    heights = [BASE - (BASE - TOP) * day.size / most for day in days]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(places, heights, strict=True))
    return Chart(
        line=line,
        plane=f"{places[0]:.1f},{BASE} {line} {places[-1]:.1f},{BASE}",
        bars=[
            Bar(day, x - step * THIN / 2, step * THIN, REACH * day.entered / moved, REACH * day.left / moved)
            for x, day in zip(places, days, strict=True)
        ],
        levels=[(TOP, most), ((TOP + BASE) / 2, most // 2), (BASE, 0)],
        dates=[(places[number], days[number].day) for number in _spread(len(days))],
        end=(places[-1], heights[-1]),
        most_moved=moved,
    )


def _spread(count: int) -> list[int]:
    """The first, the last and a few between them, evenly."""
    few = min(DATES, count)
    return [round(place * (count - 1) / max(1, few - 1)) for place in range(few)]


def round_up(number: int) -> int:
    """The next number that reads well, and halves: 2, 4, 6, 10, 20, 40, 60, 100."""
    scale = 1
    while True:
        for digit in (2, 4, 6, 10):
            if number <= digit * scale:
                return digit * scale
        scale *= 10
