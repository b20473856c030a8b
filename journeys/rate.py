"""How a rate lets customers through: never more than so many in any window, in the order they came. Pure.

Whom it let through counts until a window has passed; who has to wait is given the moment at which a place
becomes free, with all who wait before in mind, and asks again then. Moments are kept on a grid of a hundredth
of the window, rounded up, so that there are few of them and none leaves the window early.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from journeys.step import Rate, Turn

GRID = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Counts = list[tuple[datetime, int]]  # moments in their order, and how many at each


@dataclass(frozen=True)
class Use:
    """Whom a rate has let through, and when those who wait are to ask again."""

    passed: Counts = field(default_factory=list)
    planned: Counts = field(default_factory=list)


class Arrival(NamedTuple):
    """Somebody who asks; `planned_at`: the moment that they were given, if they waited for it."""

    planned_at: datetime | None


def take_turns(rate: Rate, use: Use, arrivals: Sequence[Arrival], now: datetime) -> tuple[list[Turn], Use]:
    """Whose turn it is, of those who ask in the order of their coming; and the use after that.

    Who waited goes before who comes now, as long as a place is free; who comes now goes only where all who
    wait would find one too.
    """
    window = timedelta(seconds=rate.seconds)
    passed = Counter({at: many for at, many in use.passed if at > now - window})
    planned = Counter({at: many for at, many in use.planned if at > now - window})
    planned -= Counter(arrival.planned_at for arrival in arrivals if arrival.planned_at)
    again = Counter[datetime]()  # those who waited and have to wait on go before the others who wait
    first, behind = _Line(passed), _Line(passed + planned)
    free, waiting = rate.most - passed.total(), planned.total()
    turns: list[Turn] = []
    for arrival in arrivals:
        waits = arrival.planned_at is not None
        if free > (0 if waits else waiting):
            free -= 1
            at = on_grid(now, window)
            passed[at] += 1
            turns.append(Turn(is_mine=True, at=now))
            first.add(at)
        else:
            waiting += 1
            line = first if waits else behind
            at = max(line.before(rate.most) + window, on_grid(now, window))
            (again if waits else planned)[at] += 1
            turns.append(Turn(is_mine=False, at=at))
            if waits:
                first.add(at)
        behind.add(at)
    return turns, Use(sorted(passed.items()), sorted((planned + again).items()))


class _Line:
    """Places that are taken, by their moments."""

    def __init__(self, places: Mapping[datetime, int]) -> None:
        self._places: list[tuple[datetime, int]] = [(at, many) for at, many in sorted(places.items())]

    def add(self, at: datetime) -> None:
        """One more."""
        place = bisect_left(self._places, at, key=itemgetter(0))
        if place < len(self._places) and self._places[place][0] == at:
            self._places[place] = (at, self._places[place][1] + 1)
        else:
            self._places.insert(place, (at, 1))

    def before(self, most: int) -> datetime:
        """The moment of the one who is so many places before the next; long ago where there is none."""
        count = 0
        for at, many in reversed(self._places):
            count += many
            if count >= most:
                return at
        return EPOCH


def on_grid(at: datetime, window: timedelta) -> datetime:
    """The first moment of the grid after `at`."""
    step = window / GRID
    return EPOCH + ((at - EPOCH) // step + 1) * step


def as_json(counts: Counts) -> list[list[float]]:
    """For the row."""
    return [[at.timestamp(), many] for at, many in counts]


def of_json(counts: Sequence[Sequence[float]]) -> Iterator[tuple[datetime, int]]:
    """From the row."""
    return ((datetime.fromtimestamp(at, UTC), int(many)) for at, many in counts)
