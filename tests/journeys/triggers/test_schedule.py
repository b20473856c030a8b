from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule as recurrence
from pydantic import ValidationError

from config.invalid import words_of
from journeys.triggers.schedule import ScheduleTrigger

BEGINS = "2026-03-02T09:00"  # a Monday
START = datetime(2026, 3, 1, tzinfo=UTC)


def schedule(rule="", **settings):
    begins = {"rrule": rule, "begins": BEGINS, "zone": "Europe/Rome"} if rule else {}
    return ScheduleTrigger.model_validate({"segment": "vip"} | begins | settings)


def runs(trigger, many, after=START):
    """The next runs, each asked for when the one before has been."""
    found, last = [], None
    for _ in range(many):
        last = trigger.next_start(last, last or after)
        if last is None:
            break
        found.append(last)
    return found


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_once_is_at_its_moment_and_never_again():
    trigger = schedule(at="2026-03-05T18:00:00+01:00")

    assert runs(trigger, 3) == [utc(2026, 3, 5, 17)]
    assert trigger.next_start(None, utc(2026, 3, 6)) is None


def test_weekly_run_keeps_its_local_time_over_the_change_of_clocks():
    assert runs(schedule("FREQ=WEEKLY;BYDAY=MO,TH"), 9) == [
        utc(2026, 3, day, 8) for day in (2, 5, 9, 12, 16, 19, 23, 26)
    ] + [utc(2026, 3, 30, 7)]


def test_run_at_a_time_that_clocks_skip_is_the_first_valid_one_and_no_run_is_doubled():
    trigger = schedule("FREQ=DAILY", begins="2026-03-28T02:30")
    assert runs(trigger, 3) == [utc(2026, 3, 28, 1, 30), utc(2026, 3, 29, 1), utc(2026, 3, 30, 0, 30)]

    autumn = schedule("FREQ=DAILY", begins="2026-10-24T02:30")
    assert runs(autumn, 3) == [utc(2026, 10, 24, 0, 30), utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)]


def test_hourly_runs_are_each_a_moment_of_their_own():
    found = runs(schedule("FREQ=HOURLY", begins="2026-03-28T22:00"), 12)

    assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(found))


def test_hourly_runs_of_many_years_are_found_at_once():
    trigger = schedule("FREQ=HOURLY;INTERVAL=7;BYHOUR=9,16", begins="2000-01-01T09:30")
    every = [
        run
        for run in recurrence.rrulestr(
            "FREQ=HOURLY;INTERVAL=7;BYHOUR=9,16;UNTIL=20260310T000000",
            dtstart=datetime.fromisoformat("2000-01-01T09:30"),
        )
        if run > datetime.fromisoformat("2026-03-01T01:00")
    ]
    began = perf_counter()

    found = runs(trigger, len(every))

    assert [run.astimezone(ZoneInfo("Europe/Rome")).replace(tzinfo=None) for run in found] == every
    assert perf_counter() - began < 1


def test_missed_runs_are_passed_over():
    trigger = schedule("FREQ=DAILY")

    assert trigger.next_start(utc(2026, 3, 2, 8), utc(2026, 3, 6, 12)) == utc(2026, 3, 7, 8)


def test_count_and_until_end_it():
    assert runs(schedule("FREQ=DAILY;COUNT=2"), 9) == [utc(2026, 3, 2, 8), utc(2026, 3, 3, 8)]
    assert len(runs(schedule("FREQ=DAILY;UNTIL=20260305"), 9)) == 4
    assert len(runs(schedule("FREQ=DAILY;UNTIL=20260305T080000"), 9)) == 3
    late = schedule("FREQ=DAILY;COUNT=2")
    assert late.next_start(None, utc(2026, 3, 3, 9)) is None


def test_leap_day_comes_every_four_years():
    trigger = schedule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")

    assert [run.year for run in runs(trigger, 3)] == [2028, 2032, 2036]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"at": "2026-03-05T18:00:00Z", "rrule": "FREQ=DAILY", "begins": BEGINS},
        {"at": "2026-03-05T18:00:00"},
        {"rrule": "FREQ=DAILY"},
        {"begins": BEGINS, "at": "2026-03-05T18:00:00Z"},
        {"rrule": "FREQ=DAILY", "begins": BEGINS, "zone": "Mars/Base"},
        {"rrule": "FREQ=DAILY", "begins": "2026-03-05T18:00:00Z"},
        {"rrule": "FREQ=MINUTELY", "begins": BEGINS},
        {"rrule": "FREQ=DAILY;BYMINUTE=0,30", "begins": BEGINS},
        {"rrule": "FREQ=HOURLY;BYMINUTE=0,30", "begins": BEGINS},
        {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "begins": BEGINS},
        {"rrule": "FREQ=DAILY;INTERVAL=0", "begins": BEGINS},
        {"rrule": "FREQ=DAILY;COUNT=100000", "begins": BEGINS},
        {"rrule": "FREQ=DAILY;UNTIL=20260305T080000Z", "begins": BEGINS},
        {"rrule": "FREQ=DAILY;BYDAY=XX", "begins": BEGINS},
        {"rrule": "FREQ=DAILY;BYHOUR=25", "begins": BEGINS},
        {"rrule": "RRULE:FREQ=DAILY", "begins": BEGINS},
        {"rrule": "FREQ=DAILY\nDTSTART:20200101", "begins": BEGINS},
        {"rrule": "every monday", "begins": BEGINS},
        {"rrule": "FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=2", "begins": BEGINS},
        {"rrule": "FREQ=DAILY", "begins": "9999-12-31T09:00"},
    ],
)
def test_what_is_no_schedule_is_refused(settings):
    with pytest.raises(ValidationError):
        ScheduleTrigger.model_validate({"segment": "vip"} | settings)


def test_schedule_begins_in_the_designer_weekly_and_asks_when_for_the_first_time():
    with pytest.raises(ValidationError) as refused:
        ScheduleTrigger.model_validate({"segment": "vip", **ScheduleTrigger.fresh})

    faults = refused.value.errors()
    assert [(fault["loc"], words_of(fault)) for fault in faults] == [
        (("begins",), "A date and time are needed here, such as 2026-12-31T09:00.")
    ]
