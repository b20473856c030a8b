import pytest

from customers.models import Membership, Segment, Stage, StageMove
from customers.queries import (
    UnknownIdentityError,
    addresses,
    customer_by_identity,
    customer_by_public_id,
    timeline,
)
from tests.builders import DAY, HOUR, NOON, customer, event
from tests.customers.calls import identify, receive

pytestmark = pytest.mark.django_db


def test_addresses_gives_the_newest_of_a_kind():
    one, two = customer(email="a@example.com"), customer(phone="+393331234567")
    one.identities.create(kind="email", value="b@example.com", created_at=NOON + DAY)

    assert addresses([one.id, two.id], "email") == {one.id: "b@example.com"}


@pytest.mark.parametrize("identity", ["email:A@EXAMPLE.com", "phone:333 123 4567", "external_id:u1"])
def test_customer_by_identity_reads_any_spelling(identity):
    made = customer(email="A@example.com", phone="+393331234567", external_id="u1")

    assert customer_by_identity(identity) == made


@pytest.mark.parametrize(
    "identity", ["a@example.com", "email:", "shoe:40", "email:a@b", "external_id:\0", ""]
)
def test_customer_by_identity_refuses_what_is_none(identity):
    with pytest.raises(UnknownIdentityError):
        customer_by_identity(identity)


def test_customer_by_identity_finds_nobody():
    assert customer_by_identity("email:a@example.com") is None


def test_customer_by_public_id_follows_a_merge():
    kept, old = customer(external_id="u1"), customer(anonymous_id="a1")
    receive(identify(external_id="u1", anonymous_id="a1"))

    assert customer_by_public_id(str(old.public_id)) == kept
    assert customer_by_public_id(str(kept.public_id)) == kept


def test_timeline_tells_all_once_and_pages_by_key():
    of = customer()
    for hours in range(5):
        event(of, f"E{hours}", NOON - hours * HOUR)
    event(of, "$stage_changed", NOON - 2 * HOUR)
    StageMove.objects.create(customer=of, to_stage=Stage.objects.get(number=1), moved_at=NOON - 2 * HOUR)
    segment = Segment.objects.create(slug="vip", name="VIP", archived_at=NOON)
    Membership.objects.create(segment=segment, customer=of, entered_at=NOON - 2 * HOUR, left_at=NOON)

    whole = timeline(of.id)
    paged, last = [], None
    while page := timeline(of.id, last, size=2):
        paged += page
        last = page[-1]

    assert [row.name for row in whole] == ["E0", "E1", "awareness", "vip", "E2", "E3", "E4"]
    assert paged == whole
