from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.entry import Occurrence
from journeys.triggers.date import DateTrigger

ROME, NEW_YORK, APIA = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def birthday(**settings):
    return DateTrigger.model_validate({"trait": "birthday"} | settings)


def occurrences(trigger, value, zone, many, since=NEW_YEAR):
    found, seen = [], None
    for _ in range(many):
        came = trigger.next_occurrence(value, zone, since, seen)
        if came is None:
            break
        found.append(came)
        since, seen = came.at, came.day
    return found


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_birthday_comes_each_year_at_nine_where_the_customer_lives():
    assert occurrences(birthday(), "1980-05-17", ROME, 2) == [
        Occurrence(date(2026, 5, 17), utc(2026, 5, 17, 7)),
        Occurrence(date(2027, 5, 17), utc(2027, 5, 17, 7)),
    ]
    assert occurrences(birthday(), "1980-05-17", NEW_YORK, 1)[0].at == utc(2026, 5, 17, 13)
    assert occurrences(birthday(), "1980-12-17", ROME, 1)[0].at == utc(2026, 12, 17, 8)


def test_leap_day_is_the_last_of_february_in_other_years():
    found = occurrences(birthday(), "2004-02-29", ROME, 4)

    assert [one.day for one in found] == [
        date(year, 2, 29 if year == 2028 else 28) for year in range(2026, 2030)
    ]


def test_days_before_and_after_may_lie_in_another_year():
    assert occurrences(birthday(days=-3), "1980-01-02", ROME, 2) == [
        Occurrence(date(2027, 1, 2), utc(2026, 12, 30, 8)),
        Occurrence(date(2028, 1, 2), utc(2027, 12, 30, 8)),
    ]
    assert occurrences(birthday(days=3), "1980-12-30", ROME, 1)[0].at == utc(2026, 1, 2, 8)
    assert occurrences(birthday(days=-366), "1980-05-17", ROME, 1)[0].at == utc(2026, 5, 16, 7)


def test_once_is_the_very_date():
    renewal = birthday(recurs="once", days=-7)

    assert occurrences(renewal, "2026-06-10", ROME, 3) == [Occurrence(date(2026, 6, 10), utc(2026, 6, 3, 7))]
    assert occurrences(renewal, "2025-06-10", ROME, 3) == []


def test_a_date_to_come_does_not_come_before_it():
    assert [one.day.year for one in occurrences(birthday(), "2030-05-17", ROME, 2)] == [2030, 2031]


def test_time_that_clocks_skip_is_the_first_valid_one():
    spring = birthday(at="02:30")

    assert occurrences(spring, "1980-03-29", ROME, 1)[0].at == utc(2026, 3, 29, 1)
    assert occurrences(spring, "1980-10-25", ROME, 1)[0].at == utc(2026, 10, 25, 0, 30)


def test_day_that_a_zone_skips_whole_is_the_next():
    found = occurrences(birthday(), "1980-12-30", APIA, 1, since=utc(2011, 12, 1))

    assert found[0].at.astimezone(APIA).replace(tzinfo=None) == datetime(2011, 12, 31, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("1980-05-17", date(2026, 5, 17)),
        (" 1980-05-17 ", date(2026, 5, 17)),
        ("05-17", date(2026, 5, 17)),
        ("--02-29", date(2026, 2, 28)),
        ("1980-05-17T08:00:00", date(2026, 5, 17)),
        ("1980-05-16T23:30:00Z", date(2026, 5, 17)),
        ("1980-05-17T00:30:00+05:00", date(2026, 5, 16)),
    ],
)
def test_spellings_of_a_date(value, day):
    assert occurrences(birthday(), value, ROME, 1)[0].day == day


@pytest.mark.parametrize(
    "value",
    [None, "", 19800517, True, ["1980-05-17"], "17.5.1980", "1980-13-01", "02-30", "0001-01-01", "soon"],
)
def test_what_is_no_date_never_comes(value):
    assert occurrences(birthday(), value, ROME, 1) == []


def test_date_without_year_is_none_where_it_comes_once():
    assert occurrences(birthday(recurs="once"), "05-17", ROME, 1) == []


ZONES = st.sampled_from(
    ["Europe/Rome", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Apia"]
)


@given(
    born=st.dates(date(1920, 1, 1), date(2020, 1, 1)),
    zone=ZONES,
    days=st.integers(-366, 366),
    since=st.datetimes(datetime(2021, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
)
def test_next_one_is_within_a_year_and_none_is_left_out(born, zone, days, since):
    trigger, moment = birthday(days=days), since.replace(tzinfo=UTC)

    found = occurrences(trigger, born.isoformat(), ZoneInfo(zone), 3, moment)

    assert moment <= found[0].at <= moment + timedelta(days=367)
    assert [one.day.year - found[0].day.year for one in found] == [0, 1, 2]
    assert all((one.day.month, one.day.day) in {(born.month, born.day), (2, 28)} for one in found)
