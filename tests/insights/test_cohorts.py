from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import override_settings

from customers.models import Customer, StageMove
from insights.cohorts import cohorts
from tests.builders import DAY, NOON, customer

pytestmark = pytest.mark.django_db


def met(at: datetime, *moves: tuple[int, timedelta]) -> Customer:
    person = customer(seen_at=at)
    for stage, later in moves:
        StageMove.objects.create(customer=person, to_stage_id=stage, moved_at=at + later)
    return person


def test_cohorts_count_each_customer_once_for_each_stage_reached() -> None:
    met(NOON - 40 * DAY, (1, DAY), (2, 2 * DAY), (1, 3 * DAY), (2, 4 * DAY))
    met(NOON - 40 * DAY, (1, DAY))
    met(NOON - 40 * DAY)
    met(NOON - DAY, (7, timedelta(hours=1)))

    found = cohorts(NOON)

    assert [(one.month, one.customers, one.reached) for one in found] == [
        (date(2025, 1, 1), 3, [2, 1, 0, 0, 0, 0, 0]),
        (date(2025, 3, 1), 1, [0, 0, 0, 0, 0, 0, 1]),
    ]
    assert [one.is_whole for one in found] == [True, False]


def test_cohorts_within_days_count_from_the_first_contact() -> None:
    met(NOON - 40 * DAY, (2, 10 * DAY), (3, 11 * DAY))

    found = cohorts(NOON, within=10 * DAY)

    assert found[0].reached == [0, 1, 0, 0, 0, 0, 0]


def test_a_cohort_is_whole_when_everybody_has_had_the_days() -> None:
    met(datetime(2025, 1, 15, tzinfo=UTC))

    assert not cohorts(datetime(2025, 2, 10, tzinfo=UTC), within=10 * DAY)[0].is_whole
    assert cohorts(datetime(2025, 2, 11, tzinfo=UTC), within=10 * DAY)[0].is_whole


def test_cohorts_are_of_the_brands_months_and_of_the_last_ones() -> None:
    met(datetime(2025, 1, 31, 23, 30, tzinfo=UTC))  # February in Rome
    met(datetime(2024, 3, 15, tzinfo=UTC))

    with override_settings(BRAND_TIME_ZONE="Europe/Rome"):
        months = [[one.month for one in cohorts(NOON, months)] for months in (2, 12, 13)]

    february, march = date(2025, 2, 1), date(2024, 3, 1)
    assert months == [[february], [february], [march, february]]
