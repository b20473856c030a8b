import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from customers.tracking.calls import Call
from sandbox.log import parse
from sandbox.sample import grocer, people


@pytest.fixture(scope="module")
def year() -> list[dict]:
    return list(grocer.calls(weeks=0))


def test_year_has_each_basket_campaign_and_redemption_once(year):
    counts = Counter(call.get("event", call["type"]) for call in year)

    assert counts == {
        "identify": 2469,
        "Order Completed": 155_848,
        "Campaign Received": 6_589,
        "Coupon Redeemed": 2_102,
    }
    assert len({call["messageId"] for call in year}) == len(year)


def test_year_is_in_the_order_of_time(year):
    times = [datetime.fromisoformat(call["timestamp"]) for call in year]

    assert times == sorted(times)
    assert times[0] >= grocer.STARTS
    assert times[-1] < grocer.ENDS


def test_households_are_identified_before_their_first_event(year):
    known = set()
    for call in year:
        if call["type"] == "identify":
            known.add(call["userId"])
        else:
            assert call["userId"] in known


def test_a_call_of_the_year_is_what_the_tracking_api_takes(year):
    for call in year[:2000]:
        assert isinstance(parse(json.dumps(call).encode()), Call)


def test_moved_year_keeps_hour_and_weekday():
    moment = datetime(2017, 7, 4, 18, 30, tzinfo=grocer.ZONE)

    later = grocer.moved(moment, 463)

    assert (later.hour, later.minute, later.weekday()) == (18, 30, moment.weekday())
    assert later.date() - moment.date() == timedelta(weeks=463)


def test_moved_year_ends_in_the_week_before_now():
    now = datetime(2026, 5, 6, 7, tzinfo=UTC)

    gap = now - grocer.moved(grocer.ENDS, grocer.weeks_until(now))

    assert timedelta(0) <= gap < timedelta(weeks=1, hours=1)


def test_made_up_people_are_the_same_each_time_and_differ():
    traits = [people.traits_of(household, {}) for household in range(1, 2501)]

    assert traits[41] == people.traits_of(42, {})
    assert len({trait["email"] for trait in traits}) == len({trait["phone"] for trait in traits}) == 2500
    assert {trait["email"].split("@")[1] for trait in traits} == {"example.com"}


def test_clock_stops_three_times_a_day_by_the_shops_own_hours():
    at = datetime(2025, 11, 2, tzinfo=grocer.ZONE)  # summer time ends on that day
    stops = []
    for _ in range(4):
        at = grocer.next_stop(at.astimezone(UTC))
        stops.append((at.day, at.hour))

    assert stops == [(2, 9), (2, 11), (2, 17), (3, 9)]


def test_days_on_which_campaigns_end_are_moved_with_the_year(year):
    ends = min(call["properties"]["ends"] for call in year if call.get("event") == "Campaign Received")
    moved_calls = grocer.calls(weeks=463)
    moved = min(
        call["properties"]["ends"] for call in moved_calls if call.get("event") == "Campaign Received"
    )

    assert date.fromisoformat(moved) - date.fromisoformat(ends) == timedelta(weeks=463)


def test_coupons_are_discounts_of_their_orders(year):
    discounts = [call["properties"]["discount"] for call in year if call.get("event") == "Order Completed"]

    assert min(discounts) == 0
    assert sum(discount > 0 for discount in discounts) == 9_827
