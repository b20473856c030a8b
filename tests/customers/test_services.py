import pytest

from config import work
from customers.models import Consent, Customer, Event, Suppression
from customers.services import (
    ConsentChange,
    NobodyError,
    lock_customers,
    set_consents,
    suppress,
    unsuppress,
    upsert_customer,
)
from tests.builders import DAY, HOUR, NOON, consent, customer
from tests.customers.calls import identify, owner, receive

pytestmark = pytest.mark.django_db


def test_set_consents_stores_the_word_and_its_event():
    of = customer()

    assert set_consents([ConsentChange(of.id, "email", "news", True, "form", "Yes")], NOON) == 1

    kept = Consent.objects.get()
    assert (kept.customer, kept.channel, kept.topic, kept.is_granted) == (of, "email", "news", True)
    assert (kept.source, kept.wording, kept.changed_at) == ("form", "Yes", NOON)
    assert Event.objects.get().properties == {"channel": "email", "topic": "news", "granted": True}


def test_set_consents_says_nothing_when_nothing_changed():
    of = customer()
    consent(of, "email")

    assert set_consents([ConsentChange(of.id, "email", "", True)], NOON + HOUR) == 0
    assert Event.objects.count() == 0


def test_set_consents_never_lets_an_older_word_win():
    of = customer()
    consent(of, "email", granted=False, at=NOON)

    set_consents([ConsentChange(of.id, "email", "", True, at=NOON - DAY)], NOON)

    assert Consent.objects.get().is_granted is False


def test_set_consents_lets_the_refusal_win_at_the_same_moment():
    of = customer()

    set_consents([ConsentChange(of.id, "email", "", granted) for granted in (True, False, True)], NOON)

    assert Consent.objects.get().is_granted is False


def test_set_consents_drops_words_of_who_is_gone():
    assert set_consents([ConsentChange(99, "email", "", True)], NOON) == 0


def test_suppress_and_unsuppress_addresses():
    customer(email="a@example.com")

    assert suppress([("email", "a@example.com"), ("email", "b@example.com")], "bounced", NOON) == 2
    assert suppress([("email", "a@example.com")], "complained", NOON) == 0
    assert set(Suppression.objects.values_list("value", "reason")) == {
        ("a@example.com", "bounced"),
        ("b@example.com", "bounced"),
    }
    assert unsuppress([("email", "a@example.com")]) == 1
    assert Suppression.objects.get().value == "b@example.com"


def test_upsert_customer_goes_the_way_of_identify():
    made = upsert_customer(identify(external_id="u1", traits={"city": "Roma"}), NOON)
    receive(identify(external_id="u1", traits={"city": "Bari"}, at=NOON - DAY))

    assert made == owner("external_id", "u1").id
    assert Customer.objects.get().traits == {"city": "Roma"}
    assert Event.objects.get().name == "$customer_created"


def test_upsert_customer_refuses_who_is_nobody():
    with pytest.raises(NobodyError):
        upsert_customer(identify(traits={"email": "a@b"}), NOON)
    assert Customer.objects.count() == 0


def test_lock_customers_returns_who_is_there():
    of = customer()

    assert lock_customers([of.id, 0, of.id]) == [of.id]
    assert lock_customers([]) == []


def test_settle_finds_nothing_more_to_do():
    receive(identify(external_id="u1"))

    assert sum(work.settle(NOON).values()) == 0
