from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.growth import DaySize, daily_sizes
from customers.models import Membership, Segment
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 3)


def segment(slug: str = "s") -> Segment:
    return Segment.objects.create(slug=slug, name=slug)


def stay(of: Segment, entered_at: datetime, left_at: datetime | None = None) -> None:
    Membership.objects.create(segment=of, customer=customer(), entered_at=entered_at, left_at=left_at)


@pytest.fixture(autouse=True)
def in_rome(settings):
    settings.BRAND_TIME_ZONE = "Europe/Rome"


def test_sizes_are_told_day_by_day_with_who_came_and_went():
    one, other = segment(), segment("other")
    stay(one, NOON - 40 * DAY)
    stay(one, NOON - 40 * DAY, NOON - 20 * DAY)
    stay(one, NOON - 2 * DAY)
    stay(one, NOON - 2 * DAY, NOON - DAY)
    stay(one, NOON - DAY, NOON - DAY + HOUR)
    stay(other, NOON - DAY)

    assert daily_sizes(one, 4, NOON) == [
        DaySize(TODAY - 3 * DAY, 1, 0, 0),
        DaySize(TODAY - 2 * DAY, 3, 2, 0),
        DaySize(TODAY - DAY, 2, 1, 2),
        DaySize(TODAY, 2, 0, 0),
    ]


def test_a_day_is_the_brands_own_also_where_clocks_change(settings):
    one = segment()
    now = datetime(2025, 3, 31, 12, tzinfo=UTC)
    stay(one, datetime(2025, 3, 29, 22, 59, tzinfo=UTC))  # 23:59 in Rome
    stay(one, datetime(2025, 3, 29, 23, tzinfo=UTC))  # midnight
    stay(one, datetime(2025, 3, 30, 21, 59, tzinfo=UTC))  # 23:59, by summer time
    stay(one, datetime(2025, 3, 30, 22, tzinfo=UTC))

    assert [(row.day.day, row.entered) for row in daily_sizes(one, 3, now)] == [(29, 1), (30, 2), (31, 1)]
    settings.BRAND_TIME_ZONE = "UTC"
    assert [(row.day.day, row.entered) for row in daily_sizes(one, 3, now)] == [(29, 2), (30, 2), (31, 0)]


def test_a_day_that_the_zone_skips_is_left_out(settings):
    settings.BRAND_TIME_ZONE = "Pacific/Apia"  # it had no 30 December 2011
    now = datetime(2012, 1, 1, tzinfo=UTC)

    assert [row.day.day for row in daily_sizes(segment(), 4, now)] == [29, 31, 1]


def test_sizes_of_nobody_are_none(django_assert_num_queries):
    one = segment()

    with django_assert_num_queries(1):
        assert daily_sizes(one, 2, NOON) == [DaySize(TODAY - DAY, 0, 0, 0), DaySize(TODAY, 0, 0, 0)]


spans = st.lists(st.tuples(st.integers(0, 300), st.none() | st.integers(0, 300)), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=spans, days=st.integers(1, 12))
def test_sizes_are_those_that_were_counted_at_each_days_end(spans, days):
    Membership.objects.all().delete()
    one = Segment.objects.get_or_create(slug="s", name="s")[0]
    stays = []
    for ago, length in spans:
        entered = NOON - ago * HOUR
        left = None if length is None or length > ago else entered + length * HOUR
        stays.append((entered, left))
        stay(one, entered, left)

    sizes = daily_sizes(one, days, NOON)

    for row in sizes:
        end = min(datetime.combine(row.day, time(23), UTC), NOON + timedelta(seconds=1))
        assert row.size == sum(entered < end and (left is None or left >= end) for entered, left in stays)
    changes = [row.entered - row.left for row in sizes]
    assert [b.size - a.size for a, b in pairwise(sizes)] == changes[1:]
