"""Dates of customers as due rows: made at publishing, kept true by changes, let in exactly when they come."""

import pytest

from config import work
from customers.merge import Merge, merge_customers
from customers.models import Customer
from journeys import services
from journeys.dates import let_in_by_date
from journeys.models import DateDue, Enrollment
from journeys.start import begin, start_members
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import graph, live, step

pytestmark = pytest.mark.django_db
BYE = step("bye", "exit", reason="greeted")
BIRTHDAY = {"kind": "date", "trait": "birthday"}
MORNING = NOON.replace(hour=8)  # nine in Rome


def born(day, zone="", **fields):
    return builders.customer(traits={"birthday": day}, time_zone=zone, **fields)


def journey(**settings):
    version = live(BYE, trigger=BIRTHDAY | settings, now=NOON)
    work.settle(NOON)
    return version.journey


def due():
    return dict(DateDue.objects.values_list("customer_id", "due_at"))


def came():
    return list(Enrollment.objects.order_by("pk").values_list("customer_id", "entered_at"))


def changes(customer, trait, value):
    """As ingestion leaves it."""
    if trait == "time_zone":
        Customer.objects.filter(pk=customer.pk).update(time_zone=value)
    else:
        Customer.objects.filter(pk=customer.pk).update(traits={trait: value})
    builders.event(customer, "$trait_changed", properties={"trait": trait, "from": None, "to": value})


def test_publishing_looks_up_everybodys_date_in_chunks():
    one, two = born("1980-03-05"), born("1980-03-05", "America/New_York")
    born("soon")
    builders.customer()
    live(BYE, trigger=BIRTHDAY, now=NOON)
    begin(NOON)

    assert [start_members(NOON, 2) for _ in range(3)] == [2, 2, 1]
    assert start_members(NOON, 2) == 0

    assert due() == {one.pk: MORNING + 2 * DAY, two.pk: MORNING.replace(hour=14) + 2 * DAY}


def test_each_enters_at_their_moment_and_waits_for_the_next_year():
    rome, york = born("1980-03-05"), born("1980-03-05", "America/New_York")
    journey()
    moments = [MORNING + 2 * DAY, MORNING.replace(hour=14) + 2 * DAY]

    work.settle(moments[0] - HOUR / 60)
    assert came() == []
    work.settle(moments[0])
    assert came() == [(rome.pk, moments[0])]
    work.settle(moments[1])

    assert came() == [(rome.pk, moments[0]), (york.pk, moments[1])]
    assert due() == {rome.pk: moments[0] + 365 * DAY, york.pk: moments[1] + 365 * DAY}
    assert Enrollment.objects.first().context == {
        "name": "$date",
        "occurred_at": moments[0].isoformat(),
        "properties": {"trait": "birthday", "value": "1980-03-05", "date": "2025-03-05"},
    }


def test_date_of_today_that_has_passed_comes_next_year():
    one = born("1980-03-03")
    journey()

    assert due() == {one.pk: MORNING + 365 * DAY}


def test_date_that_comes_once_leaves_nothing_to_do():
    one = born("2025-03-05")
    journey(recurs="once")

    work.settle(MORNING + 2 * DAY)
    work.settle(NOON + 5 * DAY)

    assert [who for who, _ in came()] == [one.pk]
    assert due() == {one.pk: None}


def test_change_of_the_date_moves_it_and_its_loss_ends_it():
    one, new, gone = born("1980-03-05"), builders.customer(), born("1980-03-05")
    journey()
    changes(one, "birthday", "1980-03-10")
    changes(new, "birthday", "1980-03-06")
    changes(gone, "birthday", None)

    work.settle(NOON)

    assert due() == {one.pk: MORNING + 7 * DAY, new.pk: MORNING + 3 * DAY}


def test_change_of_the_zone_moves_the_moment_but_never_doubles_it():
    one = born("1980-03-05", "Pacific/Auckland")
    journey()
    first = due()[one.pk]
    work.settle(first)
    changes(one, "time_zone", "America/New_York")
    work.settle(first + HOUR)

    work.settle(first + 3 * DAY)

    assert [who for who, _ in came()] == [one.pk]
    assert due()[one.pk].year == 2026


def test_whose_zone_changes_after_the_hour_there_still_comes():
    one = born("1980-03-05", "America/Los_Angeles")
    journey()
    moment = MORNING + 2 * DAY + 3 * HOUR  # not nine yet there; past noon in Rome
    changes(one, "time_zone", "Europe/Rome")

    work.settle(moment)

    assert came() == [(one.pk, moment)]


def test_dates_pass_by_while_the_journey_is_paused():
    one = born("1980-03-05")
    journey_ = journey()
    services.pause(journey_.pk)
    work.settle(MORNING + 2 * DAY)
    services.resume(journey_.pk, MORNING + 3 * DAY)

    work.settle(MORNING + 4 * DAY)

    assert came() == []
    assert due() == {one.pk: MORNING + 367 * DAY}


def test_date_that_could_not_be_seen_to_for_a_day_is_passed_over():
    late, today = born("1980-03-05"), born("1980-03-07")
    journey()

    work.settle(MORNING + 4 * DAY + HOUR)

    assert [who for who, _ in came()] == [today.pk]
    assert due()[late.pk] == MORNING + 367 * DAY


def test_journey_that_goes_by_dates_no_more_keeps_none():
    born("1980-03-05")
    journey_ = journey()
    services.save_draft(journey_.pk, graph(BYE))
    services.publish(journey_.pk, NOON)

    work.settle(MORNING + 3 * DAY)

    assert (due(), came()) == ({}, [])


def test_next_version_with_another_hour_moves_all():
    one = born("1980-03-05")
    journey_ = journey()
    services.save_draft(journey_.pk, graph(BYE, trigger=BIRTHDAY | {"at": "18:00"}))
    services.publish(journey_.pk, NOON)

    work.settle(NOON)

    assert due() == {one.pk: MORNING.replace(hour=17) + 2 * DAY}


def test_merged_customers_come_once_by_the_date_that_is_left():
    kept, old = builders.customer(), born("1980-03-05")
    journey()
    Customer.objects.filter(pk=old.pk).update(trait_times={"birthday": 1})

    merge_customers([Merge(old.pk, kept.pk)], NOON)
    work.settle(MORNING + 2 * DAY)

    assert [who for who, _ in came()] == [kept.pk]
    assert due() == {kept.pk: MORNING + 367 * DAY}


def test_rows_are_let_in_in_batches_and_nobody_is_left():
    people = [born("1980-03-05") for _ in range(5)]
    journey()
    moment = MORNING + 2 * DAY

    assert [let_in_by_date(moment, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert sorted(who for who, _ in came()) == [one.pk for one in people]
