from datetime import timedelta

import pytest

from customers.holds import hold_stage
from customers.inbox import CustomerEvent, accept_customer_events
from customers.models import (
    Consent,
    ConsentWord,
    Customer,
    Event,
    Membership,
    MergedCustomer,
    MergeRecord,
    PendingConsent,
    Segment,
    Stage,
    StageHold,
)
from customers.privacy import erase_customers
from customers.tracking.calls import Statement
from customers.unmerge import UnmergeError, unmerge
from tests.builders import DAY, HOUR, NOON, consent, customer, event
from tests.customers.calls import call, identify, owner, receive

pytestmark = pytest.mark.django_db

LATER = NOON + DAY


def joined() -> MergeRecord:
    """The device a1 and the customer u1, who have become one person."""
    receive(identify(anonymous_id="a1", external_id="u1"))
    return MergeRecord.objects.get(undone_at=None)


def apart(record: MergeRecord) -> tuple[Customer, Customer]:
    """Who is given back, and who stays."""
    old = unmerge(record.pk, "ada", "A shared tablet", LATER)
    return Customer.objects.get(pk=old), Customer.objects.get(pk=record.customer_id)


def test_merge_is_recorded_with_its_call():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")

    receive(identify(anonymous_id="a1", external_id="u1", message_id="m"))

    record = MergeRecord.objects.get()
    assert (record.old_id, record.customer_id, record.merged_at) == (other.pk, known.pk, NOON)
    assert (record.kind, record.value, record.message_id) == ("anonymous_id", "a1", "m")


def test_each_gets_back_identities_and_events():
    receive(call(anonymous_id="a1", event="Page Viewed", at=NOON - DAY))
    public_id = owner("anonymous_id", "a1").public_id
    receive(call(external_id="u1", event="Order Completed"))

    old, kept = apart(joined())

    assert old.public_id == public_id
    assert list(old.identities.values_list("kind", "value", "origin_id")) == [("anonymous_id", "a1", None)]
    assert list(kept.identities.values_list("kind", "value")) == [("external_id", "u1")]
    assert list(old.events.filter(name="Page Viewed").values_list("origin_id", flat=True)) == [None]
    assert list(kept.events.filter(name="Order Completed").values_list("origin_id", flat=True)) == [None]
    assert Event.objects.filter(name="$customer_created").values("customer").distinct().count() == 2
    assert not MergedCustomer.objects.exists()
    assert (old.first_seen_at, kept.first_seen_at) == (NOON - DAY, NOON)


def test_what_arrived_since_belongs_to_whose_identifier_it_came_by():
    receive(call(anonymous_id="a1"))
    receive(call(external_id="u1"))
    record = joined()

    receive(call(anonymous_id="a1", event="A"))
    receive(call(external_id="u1", event="B"))
    receive(call(anonymous_id="a1", external_id="u1", event="C"))
    receive(identify(anonymous_id="a1", cookie="c1", traits={"city": "Roma"}, at=NOON - HOUR))
    accept_customer_events([CustomerEvent(record.old_id, "D", NOON, {}, "d")], NOON)
    receive()
    old, kept = apart(record)

    named = ("A", "B", "C", "D")
    assert set(old.events.filter(name__in=named).values_list("name", flat=True)) == {"A", "D"}
    assert set(kept.events.filter(name__in=named).values_list("name", flat=True)) == {"B", "C"}
    assert owner("cookie", "c1") == old
    assert (old.traits, kept.traits) == ({"city": "Roma"}, {})


def test_calls_of_the_batch_that_merges_belong_to_their_own():
    receive(call(anonymous_id="a1"))
    receive(call(external_id="u1"))

    receive(call(anonymous_id="a1", event="A", at=NOON - HOUR), identify(anonymous_id="a1", external_id="u1"))
    old, _kept = apart(MergeRecord.objects.get())

    assert Event.objects.get(name="A").customer == old


def test_traits_are_as_they_were_with_what_each_said_since():
    receive(identify(anonymous_id="a1", traits={"city": "Roma", "shoe": 40, "language": "fr"}))
    receive(identify(external_id="u1", traits={"city": "Bari", "hat": 5, "language": "it"}, at=NOON - DAY))
    record = joined()
    assert owner("external_id", "u1").traits["city"] == "Roma"

    receive(identify(external_id="u1", traits={"hat": 6}, at=LATER), now=LATER)
    old, kept = apart(record)

    assert old.traits == {"city": "Roma", "shoe": 40, "language": "fr"}
    assert kept.traits == {"city": "Bari", "hat": 6, "language": "it"}
    assert (old.language, kept.language) == ("fr", "it")
    assert (old.trait_notes, kept.trait_notes) == ({}, {})


def words(of: Customer) -> dict[str, bool]:
    return dict(Consent.objects.filter(customer=of).values_list("channel", "is_granted"))


def test_consents_are_as_they_were():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    consent(known, "email", granted=True)
    consent(other, "email", granted=False)
    consent(other, "sms", granted=True)

    old, kept = apart(joined())

    assert words(old) == {"email": False, "sms": True}
    assert words(kept) == {"email": True}


def test_grant_since_is_its_own_and_refusal_since_is_both():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    consent(other, "push", granted=True, at=NOON - DAY)
    consent(known, "sms", granted=True, at=NOON - DAY)
    record = joined()

    said = [Statement("email", granted=True), Statement("push", granted=True)]
    receive(identify(anonymous_id="a1", consents=said, at=LATER), now=LATER)
    receive(
        identify(external_id="u1", consents=[Statement("sms", granted=False)], at=LATER + HOUR),
        now=LATER + HOUR,
    )
    old, kept = apart(record)

    assert words(old) == {"email": True, "push": True, "sms": False}
    assert words(kept) == {"sms": False}


def test_history_of_consent_goes_back_with_what_was_said_since():
    said = {"said_at": NOON, "kept_at": NOON, "channel": "email"}
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    for of, source in ((known, "till"), (other, "web")):
        ConsentWord.objects.create(customer=of, said="granted", source=source, **said)
    record = joined()

    receive(identify(anonymous_id="a1", consents=[Statement("email", granted=False)], at=LATER), now=LATER)
    old, kept = apart(record)

    assert list(old.consent_words.order_by("pk").values_list("said", "source", "origin_id")) == [
        ("granted", "web", None),
        ("refused", "", None),
    ]
    assert list(kept.consent_words.values_list("said", "source")) == [("granted", "till")]


def test_what_waits_to_be_confirmed_waits_with_whoever_said_it():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    for of, channel in ((known, "email"), (other, "email"), (other, "sms"), (other, "push")):
        PendingConsent.objects.create(customer=of, channel=channel, said_at=NOON)
    record = joined()

    receive(identify(external_id="u1", consents=[Statement("push", granted=False)], at=LATER), now=LATER)
    old, kept = apart(record)

    assert sorted(old.pending_consents.values_list("channel", flat=True)) == ["email", "sms"]
    assert list(kept.pending_consents.values_list("channel", flat=True)) == ["email"]


def test_holds_and_stays_go_back():
    known, other = customer(external_id="u1"), customer(anonymous_id="a1")
    segment = Segment.objects.create(slug="s", name="S", archived_at=NOON)
    for of in (known, other):
        Membership.objects.create(segment=segment, customer=of, entered_at=NOON)
        hold_stage(of.pk, Stage.objects.get(slug="use"), "Told us", "ada", NOON)

    old, kept = apart(joined())

    for of in (old, kept):
        assert Membership.objects.filter(customer=of, left_at=None).count() == 1
        assert StageHold.objects.filter(customer=of, ended_at=None).count() == 1
        assert of.stage is not None
        assert of.stage.slug == "use"


def test_those_who_were_taken_apart_are_not_merged_by_themselves():
    receive(call(anonymous_id="a1"))
    receive(call(external_id="u1"))
    old, _kept = apart(joined())

    receive(identify(anonymous_id="a1", external_id="u1", at=LATER), now=LATER)

    assert owner("anonymous_id", "a1") == old
    assert Customer.objects.count() == 2


def test_those_merged_before_go_back_with_whom_they_were_merged_into():
    receive(call(anonymous_id="a1", event="A"))
    receive(identify(traits={"email": "a@example.com"}))
    receive(identify(anonymous_id="a1", traits={"email": "a@example.com"}))
    first = MergeRecord.objects.get()
    receive(call(external_id="u1"))
    receive(identify(external_id="u1", traits={"email": "a@example.com"}))
    second = MergeRecord.objects.exclude(pk=first.pk).get()
    with pytest.raises(UnmergeError):
        unmerge(first.pk, "ada", "No", LATER)

    old, kept = apart(second)

    assert owner("anonymous_id", "a1") == owner("email", "a@example.com") == old
    assert MergedCustomer.objects.get().customer == old
    assert Event.objects.get(name="A").customer == old
    given, _rest = apart(first)
    assert owner("anonymous_id", "a1") == given
    assert Event.objects.get(name="A").customer == given
    assert list(kept.identities.values_list("kind", flat=True)) == ["external_id"]


def test_one_of_two_who_were_merged_is_given_back():
    for name, city in (("a1", "Roma"), ("a2", "Bari")):
        receive(identify(anonymous_id=name, traits={"city": city, name: True}))
    receive(call(external_id="u1"))
    for name in ("a1", "a2"):
        receive(identify(anonymous_id=name, external_id="u1"))
    first, second = MergeRecord.objects.order_by("pk")

    apart(first)
    assert owner("external_id", "u1").traits == {"city": "Bari", "a2": True}
    old, kept = apart(second)

    assert old.traits == {"city": "Bari", "a2": True}
    assert kept.traits == {}


def test_unmerge_is_undone_once_with_a_reason():
    receive(call(anonymous_id="a1"))
    receive(call(external_id="u1"))
    record = joined()
    with pytest.raises(UnmergeError):
        unmerge(record.pk, "ada", " ", LATER)

    apart(record)

    record.refresh_from_db()
    assert (record.undone_at, record.undone_by, record.undone_reason) == (LATER, "ada", "A shared tablet")
    assert record.remembered == {}
    with pytest.raises(UnmergeError):
        unmerge(record.pk, "ada", "Again", LATER)


def test_erased_customer_leaves_no_record_of_merges():
    event(customer(external_id="u1"))
    receive(call(anonymous_id="a1"))
    record = joined()

    erase_customers([record.customer_id], NOON + timedelta(hours=1))

    assert not MergeRecord.objects.exists()
