"""The arithmetic of caps, against an oracle that looks at every window there is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.caps import Book, Slot, counts, frees_at, has_room, reach
from channels.models import Cap

ROME = ZoneInfo("Europe/Rome")
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def rolling(limit, span=DAY, **fields):
    return Cap(name="cap", limit=limit, window="rolling", span=span, **fields)


def calendar(limit, window="day", **fields):
    return Cap(name="cap", limit=limit, window=window, **fields)


@pytest.mark.parametrize(
    ("cap", "channel", "topic", "counted"),
    [
        (rolling(1), "email", "news", True),
        (rolling(1, channel="sms"), "email", "", False),
        (rolling(1, channel="sms"), "sms", "", True),
        (rolling(1, topic="news"), "email", "news", True),
        (rolling(1, topic="news"), "email", "offers", False),
        (rolling(1), "webhook", "", False),
        (rolling(1, channel="webhook"), "webhook", "", True),
    ],
)
def test_cap_counts_its_channel_and_topic(cap, channel, topic, counted):
    assert counts(cap, channel, topic) is counted


def test_slot_of_a_rolling_cap_frees_to_the_moment():
    cap, taken = rolling(2), [NOON, NOON + HOUR]

    assert not has_room(cap, taken, NOON + DAY - timedelta.resolution, ROME)
    assert has_room(cap, taken, NOON + DAY, ROME)
    assert frees_at(cap, taken, NOON + 2 * HOUR, ROME) == NOON + DAY


def test_slot_of_an_overfull_cap_frees_when_enough_have_gone():
    taken = [NOON, NOON + HOUR, NOON + 2 * HOUR]

    assert frees_at(rolling(1), taken, NOON + 3 * HOUR, ROME) == NOON + DAY + 2 * HOUR


def test_slot_of_a_calendar_cap_frees_at_local_midnight():
    assert frees_at(calendar(1), [NOON], NOON + HOUR, ROME) == datetime(2025, 3, 3, 23, tzinfo=UTC)
    assert frees_at(calendar(1, "week"), [NOON], NOON, ROME) == datetime(2025, 3, 9, 23, tzinfo=UTC)
    assert frees_at(calendar(1, "month"), [NOON], NOON, ROME) == datetime(2025, 3, 31, 22, tzinfo=UTC)


def test_reach_is_that_of_the_longest_window():
    assert reach([]) == timedelta(0)
    assert reach([rolling(1, span=90 * DAY), calendar(1, "week")]) == 90 * DAY
    assert reach([rolling(1), calendar(1, "month")]) >= 31 * DAY + HOUR


def test_book_names_the_cap_that_is_full_the_longest():
    day, week = rolling(1), rolling(2, span=7 * DAY)
    book = Book([day, week], [Slot(NOON, "email", ""), Slot(NOON, "sms", "")], ROME)

    assert book.full(Slot(NOON + HOUR, "email", "")) == (NOON + 7 * DAY, week)
    assert book.used(NOON + HOUR) == [2, 2]
    assert book.used(NOON + DAY) == [0, 2]


def test_book_gives_back_what_is_released():
    book = Book([rolling(1)], [Slot(NOON, "email", "")], ROME)
    twin = book.copy()

    book.release(Slot(NOON, "email", ""))

    assert book.full(Slot(NOON, "email", "")) is None
    assert twin.full(Slot(NOON, "email", "")) is not None


minutes = st.integers(0, 5000).map(lambda count: NOON + timedelta(minutes=count))
caps = st.one_of(
    st.builds(rolling, st.integers(1, 4), st.integers(1, 2000).map(lambda count: timedelta(minutes=count))),
    st.builds(calendar, st.integers(1, 4), st.sampled_from(["day", "week", "month"])),
)


def windows_hold(cap, slots):
    """The oracle: looks at each window that begins at a slot, or at the local date, week, month of each."""
    if cap.span is not None:
        return all(sum(first <= s < first + cap.span for s in slots) <= cap.limit for first in slots)
    local = [slot.astimezone(ROME) for slot in slots]
    keys = {
        "day": [moment.date() for moment in local],
        "week": [moment.isocalendar()[:2] for moment in local],
        "month": [(moment.year, moment.month) for moment in local],
    }[cap.window]
    return all(keys.count(key) <= cap.limit for key in keys)


@given(caps, st.lists(minutes, max_size=30))
def test_no_window_is_ever_exceeded(cap, wishes):
    """Slots are asked for in any order, in the past and in the future of those that are taken."""
    taken = []
    for wish in wishes:
        room = has_room(cap, taken, wish, ROME)
        assert room == windows_hold(cap, [*taken, wish])
        if room:
            taken = sorted([*taken, wish])

    assert windows_hold(cap, taken)


@given(caps, st.lists(minutes, max_size=20), minutes)
def test_slot_frees_at_the_first_moment_that_has_room(cap, wishes, now):
    taken = []
    for wish in wishes:
        if has_room(cap, taken, wish, ROME):
            taken = sorted([*taken, wish])

    free = frees_at(cap, taken, now, ROME)

    assert free >= now
    assert has_room(cap, taken, free, ROME)
    minute = timedelta(minutes=1)
    earlier = [now + count * minute for count in range(int((free - now) / minute))]
    assert not any(has_room(cap, taken, moment, ROME) for moment in earlier[:: max(1, len(earlier) // 200)])
