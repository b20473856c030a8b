import pytest

from customers.models import Membership, Segment
from customers.overlap import Overlap, overlap
from tests.builders import HOUR, NOON, customer

pytestmark = pytest.mark.django_db


def test_overlap_counts_present_members_only():
    one, other, third = (Segment.objects.create(slug=slug, name=slug) for slug in "abc")
    people = [customer() for _ in range(6)]
    for segment, members in ((one, people[:4]), (other, people[3:]), (third, people)):
        for person in members:
            Membership.objects.create(segment=segment, customer=person, entered_at=NOON)
    gone = {"customer": people[0], "entered_at": NOON - HOUR, "left_at": NOON}
    Membership.objects.create(segment=other, **gone)

    assert overlap(one, other) == Overlap(one=3, both=1, other=2)
    assert overlap(other, third) == Overlap(one=0, both=3, other=3)
    assert overlap(one, one) == Overlap(one=0, both=4, other=0)
    assert overlap(one, other).all == 6


def test_overlap_of_nobody_is_nothing(django_assert_num_queries):
    one, other = (Segment.objects.create(slug=slug, name=slug) for slug in "ab")

    with django_assert_num_queries(1):
        assert overlap(one, other) == Overlap(0, 0, 0)
