from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.localtime import moment_of, next_moment, zone_of

EVERY_DAY = frozenset(range(7))


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment"),
    [
        ("Europe/Rome", date(2025, 3, 3), time(9), datetime(2025, 3, 3, 8, tzinfo=UTC)),
        # A time that is skipped is the first valid one after it.
        ("Europe/Rome", date(2025, 3, 30), time(2, 30), datetime(2025, 3, 30, 1, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2017, 10, 15), time(0, 15), datetime(2017, 10, 15, 3, tzinfo=UTC)),
        ("Asia/Beirut", date(2022, 3, 27), time(0), datetime(2022, 3, 26, 22, tzinfo=UTC)),
        ("Africa/Cairo", date(2024, 4, 26), time(0), datetime(2024, 4, 25, 22, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2024, 10, 6), time(2, 15), datetime(2024, 10, 5, 15, 30, tzinfo=UTC)),
        # A time that happens twice is the first.
        ("Europe/Rome", date(2025, 10, 26), time(2, 30), datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        # A day that a zone skipped whole.
        ("Pacific/Apia", date(2011, 12, 30), time(9), None),
    ],
)
def test_moment_of_knows_skipped_and_doubled_times(zone, day, at, moment):
    assert moment_of(day, at, ZoneInfo(zone)) == moment


@given(
    zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_next_moment_comes_once_for_each_local_date(zone, after, at):
    first = next_moment(after, at, EVERY_DAY, zone)
    second = next_moment(first, at, EVERY_DAY, zone)

    assert after < first < second
    assert first - after <= timedelta(days=1, hours=3)
    shown = first.astimezone(zone)
    assert shown.time() == at or shown.replace(tzinfo=None) > datetime.combine(shown.date(), at)
    assert first.astimezone(zone).date() < second.astimezone(zone).date()


def test_zone_of_falls_back_where_a_zone_is_unknown():
    assert zone_of("", "Europe/Rome") == ZoneInfo("Europe/Rome")
    assert zone_of("Mars/Olympus", "Europe/Rome") == ZoneInfo("Europe/Rome")
    assert zone_of("../etc/passwd", "Europe/Rome") == ZoneInfo("Europe/Rome")
    assert zone_of("Asia/Tokyo", "Europe/Rome") == ZoneInfo("Asia/Tokyo")
