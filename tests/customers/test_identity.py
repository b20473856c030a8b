from datetime import timedelta

import pytest

from customers import merge
from customers.inbox import CustomerEvent, accept_customer_events
from customers.models import (
    Consent,
    Customer,
    Event,
    IdentifierRule,
    Identity,
    InboxRow,
    Membership,
    MergedCustomer,
    Segment,
)
from customers.queries import addresses
from tests.builders import DAY, HOUR, NOON, consent, customer, event
from tests.customers.calls import call, identify, owner, receive

pytestmark = pytest.mark.django_db


def test_anonymous_customer_becomes_the_known_one_at_identify():
    receive(call(anonymous_id="a1"))
    receive(identify(anonymous_id="a1", external_id="u1"))

    assert owner("external_id", "u1") == owner("anonymous_id", "a1")
    assert Customer.objects.count() == 1


def test_anonymous_customer_is_merged_into_the_known_one_at_identify():
    known = customer(external_id="u1")
    receive(call(anonymous_id="a1", event="Page Viewed", at=NOON - DAY))
    old = owner("anonymous_id", "a1")

    receive(identify(anonymous_id="a1", external_id="u1"))

    known.refresh_from_db()
    assert list(Customer.objects.all()) == [known]
    assert owner("anonymous_id", "a1") == known
    assert Event.objects.get(name="Page Viewed").customer == known
    assert known.first_seen_at == NOON - DAY
    assert MergedCustomer.objects.get().old_public_id == old.public_id


def test_anonymous_customer_is_merged_by_any_call_that_names_both():
    known = customer(external_id="u1")
    receive(call(anonymous_id="a1"))

    receive(call(anonymous_id="a1", external_id="u1"))

    assert list(Customer.objects.all()) == [known]


def test_device_never_merges_two_known_customers():
    one = customer(email="a@example.com")
    receive(call(external_id="u1", device="d1"))

    receive(identify(device="d1", traits={"email": "a@example.com"}))

    assert owner("device", "d1") == owner("external_id", "u1")
    assert owner("email", "a@example.com") == one


def test_new_number_never_lands_on_somebody_by_a_device_alone():
    newsletter = customer(email="a@example.com", anonymous_id="a1")

    receive(identify(external_id="u1", anonymous_id="a1"))

    assert owner("external_id", "u1") != newsletter


def test_email_and_phone_in_one_call_are_one_customer():
    customer(email="a@example.com")
    customer(phone="+390655512345")

    receive(identify(traits={"email": "a@example.com", "phone": "+390655512345"}))

    assert owner("email", "a@example.com") == owner("phone", "+390655512345")


def test_blocked_value_leads_nowhere_and_is_told():
    IdentifierRule.objects.filter(kind="phone").update(blocked="06 5551 2345")

    receive(identify(external_id="u1", traits={"phone": "+39 06 5551 2345"}))
    receive(identify(external_id="Unknown", anonymous_id="a1"))

    assert set(Identity.objects.values_list("kind", "value")) == {
        ("external_id", "u1"),
        ("anonymous_id", "a1"),
    }
    assert set(owner("external_id", "u1").trait_errors) == {"phone"}
    assert set(owner("anonymous_id", "a1").trait_errors) == {"external_id"}


def test_call_of_nothing_but_blocked_values_is_parked():
    receive(call(external_id="null"))

    assert Customer.objects.count() == 0
    assert InboxRow.objects.get().state == "parked"


def test_identifier_beyond_its_limit_is_left_out_and_told():
    IdentifierRule.objects.filter(kind="email").update(most=1)

    for address in ("a@example.com", "b@example.com"):
        receive(identify(external_id="u1", traits={"email": address}))

    of = owner("external_id", "u1")
    assert list(of.identities.filter(kind="email").values_list("value", flat=True)) == ["a@example.com"]
    assert set(of.trait_errors) == {"email"}


def test_merge_beyond_a_limit_is_not_made():
    IdentifierRule.objects.filter(kind="email").update(most=1)
    customer(external_id="u1", email="a@example.com")
    customer(email="b@example.com")

    receive(identify(external_id="u1", traits={"email": "b@example.com"}))

    assert Customer.objects.count() == 2


def test_priority_says_whose_call_it_is_among_equals():
    IdentifierRule.objects.filter(kind="phone").update(priority=1)
    IdentifierRule.objects.filter(kind="email").update(most=1)
    customer(email="a@example.com")
    of = customer(phone="+390655512345", email="b@example.com")

    receive(identify(traits={"email": "a@example.com", "phone": "+390655512345", "city": "Bari"}))

    of.refresh_from_db()
    assert of.traits["city"] == "Bari"


def test_two_customer_numbers_are_never_joined_by_email_or_device():
    one = customer(external_id="u1", email="a@example.com", anonymous_id="a1")

    receive(identify(external_id="u2", anonymous_id="a1", traits={"email": "a@example.com"}))

    assert owner("external_id", "u2") != one
    assert owner("email", "a@example.com") == one
    assert owner("anonymous_id", "a1") == one


def test_customer_known_by_email_is_joined_by_the_brands_own_number():
    newsletter = customer(email="a@example.com")
    receive(call(external_id="u1"))

    receive(identify(external_id="u1", traits={"email": "a@EXAMPLE.com"}))

    assert owner("email", "a@example.com") == owner("external_id", "u1")
    assert not Customer.objects.filter(pk=newsletter.pk).exists()


def test_new_number_takes_over_the_customer_of_its_email():
    newsletter = customer(email="a@example.com")

    receive(identify(external_id="u1", traits={"email": "a@example.com"}))

    assert owner("external_id", "u1") == newsletter


def test_another_email_on_the_same_device_is_another_customer():
    one = customer(email="a@example.com", anonymous_id="a1")

    receive(identify(anonymous_id="a1", traits={"email": "b@example.com"}))

    assert owner("email", "b@example.com") != one


def test_alias_joins_the_previous_anonymous_id():
    receive(call(anonymous_id="a1", event="Page Viewed"))
    receive(call(external_id="u1"))

    receive(call("alias", external_id="u1", previous_id="a1"))

    assert Event.objects.get(name="Page Viewed").customer == owner("external_id", "u1")


def test_alias_never_joins_two_customer_numbers():
    customer(external_id="u1")
    customer(external_id="u2")

    receive(call("alias", external_id="u1", previous_id="u2"))

    assert Customer.objects.count() == 2


def test_alias_keeps_a_previous_id_that_nobody_has():
    receive(call("alias", external_id="u1", previous_id="a1"))

    assert owner("anonymous_id", "a1") == owner("external_id", "u1")


def test_whole_life_in_one_batch_is_one_customer():
    receive(
        call(anonymous_id="a1", event="Page Viewed"),
        identify(anonymous_id="a1", traits={"email": "a@example.com"}, at=NOON),
        call(anonymous_id="a2", event="Page Viewed"),
        identify(anonymous_id="a2", external_id="u1", traits={"email": "a@example.com"}),
        call(external_id="u1", event="Order Completed"),
    )

    made = Customer.objects.get()
    assert set(made.identities.values_list("value", flat=True)) == {"a1", "a2", "a@example.com", "u1"}
    assert Event.objects.filter(customer=made, name="$customer_created").count() == 1


def test_chain_of_merges_ends_with_one_customer():
    for device in ("a1", "a2", "a3"):
        receive(call(anonymous_id=device, event="Page Viewed"))
    customer(external_id="u1")

    receive(*[identify(anonymous_id=device, external_id="u1") for device in ("a1", "a2", "a3")])

    assert Customer.objects.count() == 1
    assert Event.objects.filter(name="Page Viewed", customer=owner("external_id", "u1")).count() == 3


def test_push_token_goes_to_whoever_used_the_device_last():
    receive(identify(external_id="u1", push_token="t", at=NOON - 2 * HOUR))
    receive(identify(external_id="u2", push_token="t", at=NOON - HOUR))
    receive(identify(external_id="u1", push_token="t", at=NOON - 2 * HOUR + timedelta(minutes=1)))

    assert owner("push_token", "t") == owner("external_id", "u2")


def test_address_that_is_said_again_is_the_newest():
    for hours, address in ((3, "a@example.com"), (2, "b@example.com"), (1, "a@example.com")):
        receive(identify(external_id="u1", traits={"email": address}, at=NOON - hours * HOUR))

    of = owner("external_id", "u1")
    assert addresses([of.id], "email") == {of.id: "a@example.com"}


def test_merge_keeps_the_stricter_consent_and_one_stay_in_a_segment():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    segment = Segment.objects.create(slug="s", name="S", archived_at=NOON)
    for of in (known, other):
        Membership.objects.create(segment=segment, customer=of, entered_at=NOON)
    consent(known, "email", granted=True)
    consent(other, "email", granted=False, at=NOON - DAY)
    consent(known, "sms", granted=False)
    consent(other, "sms", granted=True)
    consent(other, "push", granted=True)

    receive(identify(anonymous_id="a1", external_id="u1"))

    assert dict(Consent.objects.values_list("channel", "is_granted")) == {
        "email": False,
        "sms": False,
        "push": True,
    }
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [known.id]


def test_merge_joins_traits_by_their_times():
    receive(identify(anonymous_id="a1", traits={"city": "Roma", "shoe": 40}, at=NOON - HOUR))
    receive(identify(external_id="u1", traits={"city": "Bari"}, at=NOON - DAY))

    receive(identify(anonymous_id="a1", external_id="u1"))

    assert owner("external_id", "u1").traits == {"city": "Roma", "shoe": 40}


def test_merge_tells_the_apps_above(monkeypatch):
    told = []
    monkeypatch.setattr(merge, "on_merge", [lambda merges, now: told.append((*merges, now))])
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")

    receive(identify(anonymous_id="a1", external_id="u1"))

    assert told == [((other.id, known.id), NOON)]


def test_event_for_a_merged_customer_reaches_the_one_that_is_left():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    receive(identify(anonymous_id="a1", external_id="u1"))

    accept_customer_events([CustomerEvent(other.id, "$message_opened", NOON, {}, "x")], NOON)
    receive()

    assert Event.objects.get(name="$message_opened").customer == known


def test_phone_is_read_as_one_of_the_customers_country():
    receive(identify(external_id="u1", traits={"address": {"country": "FR"}}))
    receive(identify(external_id="u1", traits={"phone": "06 12 34 56 78"}))

    assert owner("phone", "+33612345678") == owner("external_id", "u1")


def test_invalid_address_is_noted_and_leads_nowhere():
    receive(identify(external_id="u1", traits={"email": "a@b", "phone": "call me"}))

    made = owner("external_id", "u1")
    assert made.traits == {"email": "a@b", "phone": "call me"}
    assert set(made.trait_errors) == {"email", "phone"}
    assert Identity.objects.filter(customer=made).count() == 1

    receive(identify(external_id="u1", traits={"email": "a@b.it"}, at=NOON + HOUR), now=NOON + HOUR)
    made.refresh_from_db()
    assert set(made.trait_errors) == {"phone"}


def test_event_builder_and_drain_agree():
    made = event(customer(external_id="u1"))

    receive(call(external_id="u1"))

    assert Event.objects.filter(customer=made.customer).count() == 2
