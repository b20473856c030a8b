import pytest

from channels.models import Preference
from customers.merge import Merge, merge_customers
from customers.models import MergeRecord
from customers.unmerge import unmerge
from tests.builders import DAY, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
BEFORE, SINCE = NOON - DAY, NOON + DAY


def wish(of, at=BEFORE, **fields):
    Preference.objects.update_or_create(customer=of, defaults={"changed_at": at} | fields)


def wishes():
    return list(Preference.objects.order_by("pk").values_list("customer", "every_days", "paused_until"))


def apart():
    unmerge(MergeRecord.objects.get().pk, "ada", "Two people", NOON + 2 * DAY)


@pytest.fixture
def two():
    """Who stays, and who is merged into them."""
    return rows.reader(1), rows.reader(2)


def test_stricter_wish_of_both_holds(two):
    kept, old = two
    wish(kept, every_days=7)
    wish(old, every_days=30, paused_until=NOON + 3 * DAY)

    merge_customers([Merge(old.pk, kept.pk)], NOON)

    assert wishes() == [(kept.pk, 30, NOON + 3 * DAY)]


def test_wish_goes_along_with_who_had_the_only_one(two):
    kept, old = two
    wish(old, every_days=30)

    merge_customers([Merge(old.pk, kept.pk)], NOON)

    assert wishes() == [(kept.pk, 30, None)]


def test_each_gets_back_their_own_wish(two):
    kept, old = two
    wish(kept, every_days=7)
    wish(old, every_days=30)
    merge_customers([Merge(old.pk, kept.pk)], NOON)

    apart()

    assert wishes() == [(kept.pk, 7, None), (old.pk, 30, None)]


def test_who_had_no_wish_has_none_again(two):
    kept, old = two
    wish(old, every_days=30)
    merge_customers([Merge(old.pk, kept.pk)], NOON)

    apart()

    assert wishes() == [(old.pk, 30, None)]


def test_wish_that_was_said_since_stays(two):
    kept, old = two
    wish(kept, every_days=7)
    wish(old, every_days=30)
    merge_customers([Merge(old.pk, kept.pk)], NOON)
    wish(kept, SINCE, every_days=1)

    apart()

    assert wishes() == [(kept.pk, 1, None), (old.pk, 30, None)]
