"""Every time zone there is, 2020 to 2037: a local time fires once per local date, in order, as it should.

The oracle knows neither folds nor `moment_of`: it asks a zone for its offset hour by hour, and minute by
minute around each change, and then looks for the first moment at which the clocks show the time.
"""

from bisect import bisect_right
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from config.localtime import moment_of, next_moment
from journeys.step import Advance, Moment, WaitUntil
from journeys.steps.wait_until import WaitUntilTime
from tests.faults.tier import sized

pytestmark = pytest.mark.faults
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))
TIMES = [time(0), time(0, 30), time(1, 59), time(2, 30), time(3), time(9), time(23, 59)]
ZONES = sorted(available_timezones())
# Clocks that change in the night, at midnight, by half an hour, by two, for a month of fasting, and never.
EIGHT = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Rome",
]


class Oracle:
    """A zone as stretches of time with one offset each."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.starts, self.offsets = [FIRST - 3 * DAY], [_offset(zone, FIRST - 3 * DAY)]
        at = self.starts[0]
        while at < LAST + 3 * DAY:
            if _offset(zone, at + DAY) != self.offsets[-1]:
                for hour in range(24):
                    self._look_into(zone, at + hour * HOUR)
            at += DAY

    def _look_into(self, zone: ZoneInfo, hour: datetime) -> None:
        """Note the changes of an hour."""
        if _offset(zone, hour + HOUR) != self.offsets[-1]:
            for minute in range(1, 61):
                moment = hour + minute * MINUTE
                if _offset(zone, moment) != self.offsets[-1]:
                    self.starts.append(moment)
                    self.offsets.append(_offset(zone, moment))

    def shown(self, moment: datetime) -> datetime:
        """What the clocks show."""
        return moment.replace(tzinfo=None) + self.offsets[bisect_right(self.starts, moment) - 1]

    def moment(self, wall: datetime) -> datetime | None:
        """The first moment when the clocks show it; the end of the gap that swallowed it; None on no day."""
        near = bisect_right(self.starts, wall.replace(tzinfo=UTC) - DAY) - 1
        for place in range(near, min(near + 4, len(self.starts))):
            moment = wall.replace(tzinfo=UTC) - self.offsets[place]
            if self.starts[place] <= moment and self.shown(moment) == wall:
                return moment
        for start, (before, after) in zip(self.starts[1:], pairwise(self.offsets), strict=True):
            if start.replace(tzinfo=None) + before <= wall < start.replace(tzinfo=None) + after:
                return None if after - before >= DAY else start
        raise AssertionError(wall)

    def fires(self, at: time, after: datetime, until: datetime) -> list[datetime]:
        """When a time of day comes, in order: once for each local date, whatever the clocks do."""
        day, last = self.shown(after).date() - DAY, self.shown(until).date()
        found = []
        while day <= last:
            moment = self.moment(datetime.combine(day, at))
            if moment is not None and after < moment <= until:
                found.append(moment)
            day += DAY
        return found


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset()


@cache
def oracle(name: str) -> Oracle:
    return Oracle(ZoneInfo(name))


@cache
def distinct(letter: str) -> list[str]:
    """The zones of a letter; of those that are one zone under several names, in the CI tier, the first."""
    first: dict[tuple[object, ...], str] = {}
    for name in ZONES:
        first.setdefault((*oracle(name).starts, *oracle(name).offsets, sized(None, name)), name)
    return [name for name in first.values() if name[0] == letter]


def told(zone: ZoneInfo, at: time, after: datetime, until: datetime) -> list[datetime]:
    """When the product would fire, one after the other."""
    found = []
    while (after := next_moment(after, at, EVERY_DAY, zone)) <= until:
        found.append(after)
    return found


def near(oracle: Oracle, change: datetime) -> set[time]:
    """The times of day that a change could hurt: those it skips or doubles, and those beside them."""
    number = oracle.starts.index(change)
    walls = [change.replace(tzinfo=None) + oracle.offsets[place] for place in (number - 1, number)]
    around = [wall + minutes * MINUTE for wall in walls for minutes in (-1, 0, 1)]
    return {wall.time() for wall in [*around, min(walls) + abs(walls[1] - walls[0]) / 2]}


@pytest.mark.parametrize("letter", sorted({name[0] for name in ZONES}))
def test_local_time_fires_once_per_date_around_every_change_of_clocks(letter):
    for name in distinct(letter):
        zone, known = ZoneInfo(name), oracle(name)
        for change in known.starts[1:]:
            for at in near(known, change) | {time(0), time(9)}:
                after, until = change - 26 * HOUR, change + 26 * HOUR
                assert told(zone, at, after, until) == known.fires(at, after, until), (name, change, at)


@pytest.mark.parametrize("letter", sorted({name[0] for name in ZONES}))
def test_waiting_for_a_local_time_decides_so_around_every_change_of_clocks(letter):
    for name in distinct(letter):
        zone, known = ZoneInfo(name), oracle(name)
        for change in known.starts[1:]:
            for at in near(known, change):
                until = known.fires(at, change - DAY, change + 2 * DAY)[0]
                step = WaitUntilTime(at=at)
                here = Moment(now=change - DAY, reached_at=change - DAY, zone=zone)
                assert step.decide(here) == WaitUntil(until), (name, change, at)
                assert step.decide(here._replace(now=until - MINUTE)) == WaitUntil(until)
                assert step.decide(here._replace(now=until)) == Advance()


def test_dates_that_a_zone_skips_never_fire():
    """Of 2020 to 2037 no zone has skipped a day, and the last that did is known for ever."""
    skipped = [
        (name, change)
        for name in ZONES
        for change, (before, after) in zip(
            oracle(name).starts[1:], pairwise(oracle(name).offsets), strict=True
        )
        if after - before >= DAY
    ]

    assert skipped == []
    assert moment_of(datetime(2011, 12, 30).date(), time(9), ZoneInfo("Pacific/Apia")) is None  # noqa: DTZ001
    fires = told(
        ZoneInfo("Pacific/Apia"), time(9), *(datetime(2011, 12, day, tzinfo=UTC) for day in (28, 31))
    )
    assert [at.isoformat()[:16] for at in fires] == [
        "2011-12-28T19:00",
        "2011-12-29T19:00",
        "2011-12-30T19:00",
    ]


@pytest.mark.parametrize("name", sized(EIGHT, ZONES))
def test_local_time_fires_once_on_every_date(name):
    for at in TIMES:
        assert told(ZoneInfo(name), at, FIRST, LAST) == oracle(name).fires(at, FIRST, LAST), at
