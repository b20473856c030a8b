from datetime import timedelta

import pytest

from customers.consents import ConsentChange
from customers.merge import Merge, merge_customers
from customers.models import Consent, ConsentWord, DoubleOptIn, Event, PendingConsent
from customers.services import set_consents
from customers.tracking.calls import Statement
from customers.tracking.parse import parse_line
from tests.builders import DAY, HOUR, NOON, customer, source
from tests.customers.calls import identify, owner, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return customer(email="ada@example.com")


def say(of, granted, topic="", at=NOON, channel="email", **fields):
    return set_consents([ConsentChange(of.pk, channel, topic, granted, at=at, **fields)], at)


def history():
    return list(ConsentWord.objects.order_by("pk").values_list("channel", "topic", "said", "said_at"))


def waiting():
    return list(PendingConsent.objects.order_by("pk").values_list("channel", "topic", "said_at", "ask_at"))


def standing():
    return {(row.channel, row.topic): row.is_granted for row in Consent.objects.all()}


def changes():
    return Event.objects.filter(name="$consent_changed").count()


def test_each_word_is_kept_with_source_wording_and_proof(ada):
    say(ada, True, "news", source="form", wording="Send me the news", proof={"call": "m1"}, via=source().pk)
    say(ada, False, "news", NOON + HOUR, source="phone")

    first, second = ConsentWord.objects.order_by("pk")
    assert (first.said, first.source, first.wording, first.proof, first.via.name) == (
        *("granted", "form", "Send me the news", {"call": "m1"}),
        "shop",
    )
    assert (second.said, second.source, second.said_at, second.kept_at) == (
        *("refused", "phone"),
        NOON + HOUR,
        NOON + HOUR,
    )
    assert standing() == {("email", "news"): False}


def test_what_is_said_again_in_the_same_words_is_not_kept_anew(ada):
    for hours in range(3):
        say(ada, True, at=NOON + hours * HOUR, source="form", wording="Yes")
    say(ada, True, at=NOON + 3 * HOUR, source="form", wording="Yes, please")

    assert history() == [("email", "", "granted", NOON), ("email", "", "granted", NOON + 3 * HOUR)]
    assert (Consent.objects.get().changed_at, changes()) == (NOON + 3 * HOUR, 1)


def test_word_that_comes_late_is_kept_and_changes_nothing(ada):
    say(ada, False, at=NOON)
    say(ada, True, at=NOON - DAY)

    assert history() == [("email", "", "refused", NOON), ("email", "", "granted", NOON - DAY)]
    assert standing() == {("email", ""): False}


def test_words_of_a_call_are_proved_by_it():
    shop = source()
    words = [Statement("email", True, "news", "form", "Yes\tplease \\ “now”\n")]
    receive(identify(external_id="u1", message_id="m-7", consents=words), source_id=shop.pk)

    word = ConsentWord.objects.get()
    assert (word.customer, word.wording, word.proof, word.via) == (
        *(owner("external_id", "u1"), "Yes\tplease \\ “now”\n", {"call": "m-7"}),
        shop,
    )


def test_yes_where_it_is_to_be_confirmed_waits_and_is_none(ada):
    DoubleOptIn.objects.create(channel="email", topic="news")

    assert say(ada, True, "news", source="form", wording="Yes") == 0

    assert (standing(), changes()) == ({}, 0)
    assert waiting() == [("email", "news", NOON, NOON)]
    assert history() == [("email", "news", "asked", NOON)]


@pytest.mark.parametrize(
    ("row", "channel", "topic", "waits"),
    [
        (("email", "news"), "email", "news", True),
        (("email", "news"), "email", "", True),
        (("email", "news"), "email", "offers", False),
        (("email", "news"), "sms", "news", False),
        (("email", ""), "email", "offers", True),
        (("email", ""), "email", "", True),
        (("sms", ""), "email", "", False),
    ],
)
def test_which_words_are_to_be_confirmed(ada, row, channel, topic, waits):
    DoubleOptIn.objects.create(channel=row[0], topic=row[1])

    say(ada, True, topic, channel=channel)

    assert (bool(waiting()), bool(standing())) == (waits, not waits)


def test_no_needs_no_confirmation_and_ends_the_waiting(ada):
    DoubleOptIn.objects.create(channel="email")
    say(ada, True, "news")
    say(ada, True, "offers")

    say(ada, False, "news", NOON + HOUR)

    assert (standing(), [row[1] for row in waiting()]) == ({("email", "news"): False}, ["offers"])
    say(ada, False, "", NOON + HOUR)
    assert waiting() == []


def test_yes_that_comes_late_after_a_no_does_not_wait(ada):
    DoubleOptIn.objects.create(channel="email")
    say(ada, False, "news", NOON)

    say(ada, True, "news", NOON - HOUR)

    assert (standing(), waiting()) == ({("email", "news"): False}, [])


@pytest.mark.parametrize("first", [True, False])
def test_yes_and_no_of_one_batch_end_the_same_in_any_order(ada, first):
    DoubleOptIn.objects.create(channel="email")
    words = [
        ConsentChange(ada.pk, "email", "news", True, at=NOON),
        ConsentChange(ada.pk, "email", "", False, at=NOON + timedelta(seconds=1)),
    ]

    set_consents(words if first else words[::-1], NOON + HOUR)

    assert (standing(), waiting()) == ({("email", ""): False}, [])


def test_no_of_before_leaves_the_later_yes_waiting(ada):
    DoubleOptIn.objects.create(channel="email")
    say(ada, True, "news", NOON)

    say(ada, False, "news", NOON - HOUR)

    assert (standing(), len(waiting())) == ({("email", "news"): False}, 1)


def test_what_was_granted_before_stays_so(ada):
    say(ada, True)
    DoubleOptIn.objects.create(channel="email")

    say(ada, True, at=NOON + HOUR)

    assert (standing(), waiting()) == ({("email", ""): True}, [])


def test_confirmed_word_counts_at_once_and_ends_the_waiting(ada):
    DoubleOptIn.objects.create(channel="email")
    say(ada, True, "news")

    say(ada, True, "news", NOON + HOUR, is_confirmed=True)

    assert (standing(), waiting(), changes()) == ({("email", "news"): True}, [], 1)
    assert [row[2] for row in history()] == ["asked", "granted"]


def test_said_again_while_it_waits_is_asked_once(ada):
    DoubleOptIn.objects.create(channel="email")
    say(ada, True, "news")
    PendingConsent.objects.update(ask_at=None)

    say(ada, True, "news", NOON + HOUR)

    assert waiting() == [("email", "news", NOON + HOUR, None)]


def test_file_that_does_not_say_confirmed_waits_and_asks_nobody(ada):
    DoubleOptIn.objects.create(channel="email")

    say(ada, True, "news", asks=False)

    assert waiting() == [("email", "news", NOON, None)]


def test_tracking_api_can_confirm_nothing():
    told = (
        b'{"type":"identify","userId":"1","consents":[{"channel":"email","granted":true,"confirmed":true}]}'
    )

    [word] = parse_line(told).consents
    assert word.confirmed is False


def test_joined_customers_keep_both_histories_and_what_waits(ada):
    DoubleOptIn.objects.create(channel="email")
    other = customer(email="bea@example.com")
    say(ada, True, "news")
    say(other, True, "news", NOON + HOUR)
    say(other, True, "offers")
    say(other, False, channel="sms")

    merge_customers([Merge(other.pk, ada.pk)], NOON)

    assert ConsentWord.objects.filter(customer=ada).count() == 4
    assert [row[:3] for row in waiting()] == [("email", "news", NOON), ("email", "offers", NOON)]
    assert set(PendingConsent.objects.values_list("customer", flat=True)) == {ada.pk}
