import pytest

from customers.by_hand import MergeError, ReasonError, merge_by_hand, merge_preview, other_customer
from customers.models import Customer, MergedCustomer
from tests.builders import HOUR, NOON, consent, customer, event
from tests.customers.calls import identify, owner, receive

pytestmark = pytest.mark.django_db


def test_preview_tells_what_comes_over_and_what_ends():
    receive(identify(external_id="u1", traits={"city": "Roma", "hat": 5}, at=NOON - HOUR))
    receive(identify(traits={"email": "a@example.com", "city": "Pisa", "hat": 5}))
    kept, other = owner("external_id", "u1"), owner("email", "a@example.com")
    event(other)
    consent(kept, "email", granted=True)
    consent(other, "email", granted=False)
    consent(other, "sms", granted=False)

    preview = merge_preview(kept, other)

    assert [str(one) for one in preview.identities] == ["email:a@example.com"]
    assert preview.events == 2  # with that the customer was made
    assert preview.clashes == [("city", "Roma", "Pisa", "Pisa")]
    assert [(word.customer_id, word.channel) for word in preview.refusals] == [(other.pk, "email")]
    assert Customer.objects.count() == 2


def test_merge_by_hand_does_it_and_once():
    kept, other = customer(external_id="u1"), customer(email="a@example.com")

    merge_by_hand(kept.pk, other.pk, " Called us ", "ada", NOON)

    assert list(Customer.objects.all()) == [kept]
    assert MergedCustomer.objects.get().customer == kept
    with pytest.raises(MergeError):
        merge_by_hand(kept.pk, other.pk, "Again", "ada", NOON)


def test_merge_by_hand_needs_a_reason_and_another_customer():
    kept, other = customer(external_id="u1"), customer(email="a@example.com")

    with pytest.raises(ReasonError):
        merge_by_hand(kept.pk, other.pk, " ", "ada", NOON)
    with pytest.raises(MergeError):
        merge_by_hand(kept.pk, kept.pk, "The same", "ada", NOON)
    with pytest.raises(MergeError):
        other_customer(kept, "external_id:u1")
