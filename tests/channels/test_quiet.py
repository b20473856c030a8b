"""Quiet hours and calendar windows over the odd days of real zones."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.models import QuietHours
from channels.quiet import quiet_until, window_around

ROME = ZoneInfo("Europe/Rome")
SINCE, UNTIL = datetime(2005, 1, 1), datetime(2037, 1, 1)  # noqa: DTZ001 - made aware below


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(starts, ends):
    return QuietHours(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))


NIGHT = hours("21:00", "09:00")


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2025-03-03 12:00", None),
        ("2025-03-03 19:59:59", None),
        ("2025-03-03 20:00", "2025-03-04 08:00"),  # 21:00 in Rome, until 9:00
        ("2025-03-04 03:00", "2025-03-04 08:00"),
        ("2025-03-04 08:00", None),
        ("2025-03-29 22:00", "2025-03-30 07:00"),  # the clocks go forward in that night
        ("2025-10-25 21:00", "2025-10-26 08:00"),  # and back in that one
    ],
)
def test_night_ends_at_the_local_hour(moment, until):
    found = quiet_until(at(moment), [NIGHT], ROME)

    assert (found and found[0]) == (until and at(until))


@pytest.mark.parametrize(
    ("quiet", "moment", "until"),
    [
        # 2:30 does not exist on March 30: the first moment after the gap is 3:00, 1:00 in UTC.
        (hours("01:00", "02:30"), "2025-03-30 00:30", "2025-03-30 01:00"),
        # 2:30 comes twice on October 26: the first is meant, and whoever comes in the second hour waits for
        # its own.
        (hours("01:00", "02:30"), "2025-10-25 23:30", "2025-10-26 00:30"),
        (hours("01:00", "02:30"), "2025-10-26 01:15", "2025-10-26 01:30"),
    ],
)
def test_end_that_dst_moves(quiet, moment, until):
    found = quiet_until(at(moment), [quiet], ROME)

    assert found is not None
    assert found[0] == at(until)


def test_quiet_hours_that_touch_are_left_together():
    evening, night = hours("18:00", "22:00"), hours("22:00", "07:00")

    assert quiet_until(at("2025-03-03 17:30"), [evening, night], ROME) == (at("2025-03-04 06:00"), night)


def test_day_without_a_free_hour_ends_nowhere_near():
    found = quiet_until(at("2025-03-03 12:00"), [hours("00:00", "12:00"), hours("12:00", "00:00")], ROME)

    assert found is not None
    assert found[0] > at("2025-03-08 00:00")


@pytest.mark.parametrize(
    ("zone", "window", "moment", "start", "end"),
    [
        ("Europe/Rome", "day", "2025-03-30 12:00", "2025-03-29 23:00", "2025-03-30 22:00"),  # 23 hours
        ("Europe/Rome", "day", "2025-10-26 12:00", "2025-10-25 22:00", "2025-10-26 23:00"),  # 25 hours
        ("Europe/Rome", "week", "2025-03-30 21:59", "2025-03-23 23:00", "2025-03-30 22:00"),
        ("Europe/Rome", "month", "2025-12-31 22:59", "2025-11-30 23:00", "2025-12-31 23:00"),
        # Midnight did not exist: the day began at 1:00.
        ("America/Sao_Paulo", "day", "2017-10-15 12:00", "2017-10-15 03:00", "2017-10-16 02:00"),
        ("Africa/Cairo", "day", "2024-04-26 12:00", "2024-04-25 22:00", "2024-04-26 21:00"),
        ("Asia/Beirut", "week", "2024-04-01 12:00", "2024-03-31 21:00", "2024-04-07 21:00"),
        # Midnight came twice: at 0:00 the clocks went back to 23:00, and the day went on.
        ("America/Sao_Paulo", "day", "2018-02-18 02:30", "2018-02-17 02:00", "2018-02-18 03:00"),
        # The 30th of December did not exist.
        ("Pacific/Apia", "day", "2011-12-30 12:00", "2011-12-30 10:00", "2011-12-31 10:00"),
        # At 0:01 the clocks went back to 23:01 of the day before.
        ("America/St_Johns", "day", "2010-11-07 02:45", "2010-11-07 02:30", "2010-11-08 03:30"),
    ],
)
def test_window_is_the_customers_own(zone, window, moment, start, end):
    assert window_around(window, at(moment), ZoneInfo(zone)) == (at(start), at(end))


@given(
    st.datetimes(SINCE, UNTIL),
    st.sampled_from(["Europe/Rome", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia",
                     "America/St_Johns", "America/Havana", "Australia/Lord_Howe", "Asia/Gaza"]),
    st.sampled_from(["day", "week", "month"]),
)  # fmt: skip
def test_windows_follow_each_other_without_gap_or_overlap(naive, zone, window):
    moment, zone = naive.replace(tzinfo=UTC), ZoneInfo(zone)

    start, end = window_around(window, moment, zone)

    assert start <= moment < end
    assert window_around(window, start, zone) == (start, end)
    assert window_around(window, end - timedelta.resolution, zone) == (start, end)
    assert window_around(window, end, zone)[0] == end


@given(
    st.datetimes(SINCE, UNTIL),
    st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    st.sampled_from(["Europe/Rome", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia"]),
)
def test_what_is_let_through_is_never_quiet(naive, starts, ends, zone):
    if starts == ends:
        return
    moment, zone = naive.replace(tzinfo=UTC), ZoneInfo(zone)

    found = quiet_until(moment, [QuietHours(starts=starts, ends=ends)], zone)

    free = moment if found is None else found[0]
    wall = free.astimezone(zone).time()
    is_quiet = starts <= wall < ends if starts < ends else wall >= starts or wall < ends
    assert free >= moment
    assert not is_quiet
