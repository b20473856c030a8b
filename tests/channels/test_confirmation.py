import re

import pytest
from django.test import Client
from django.utils.translation import override

from channels import gate, links
from channels.confirmation import MOST, ask_confirmation, confirmation_content, save_double_opt_in
from channels.content.check import check_text
from channels.content.render import render
from channels.models import Content, Message
from channels.preview import source_of
from channels.provider import Outgoing, Taken
from config import work
from customers.consents import ConsentChange
from customers.models import Consent, ConsentWord, Customer, DoubleOptIn, PendingConsent, Topic
from customers.services import set_consents, suppress
from customers.tracking.calls import Statement
from tests.builders import DAY, HOUR, NOON, customer
from tests.channels import rows
from tests.customers.calls import identify, owner, receive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def opt_in():
    rows.channel("email")
    rows.channel("sms")
    Topic.objects.update_or_create(slug="news", defaults={"name": "News"})
    Topic.objects.update_or_create(slug="offers", defaults={"name": "Offers"})
    return save_double_opt_in(DoubleOptIn(channel="email"))


@pytest.fixture
def ada():
    return customer(email="ada@example.com", language="en")


def agree(of, *topics, at=NOON, channel="email"):
    words = [
        ConsentChange(of.pk, channel, topic, is_granted=True, source="form", wording="Yes")
        for topic in topics
    ]
    set_consents(words, at)


def asked():
    return Message.objects.filter(source="consent").order_by("pk")


def passes(message, now=NOON):
    gate.pass_gate(message.channel, now, 200)
    message.refresh_from_db()
    return message.state, message.reason


def path(message):
    return "/" + links.confirm_url(message.public_id).split("//", 1)[1].split("/", 1)[1]


def test_yes_is_asked_for_once_by_one_message_that_passes_the_gate(ada):
    agree(ada, "news", "offers")

    assert ask_confirmation(NOON) == 2
    assert ask_confirmation(NOON + DAY) == 0

    [message] = asked()
    assert passes(message) == ("sending", "")
    assert (message.is_transactional, message.slot_at, message.content.slug) == (True, None, "confirm-email")
    assert message.context["event"]["consents"] == ["News by e-mail", "Offers by e-mail"]


def test_marketing_goes_to_nobody_who_has_not_confirmed(ada):
    agree(ada, "", "news")
    ask_confirmation(NOON)

    marketing = rows.message(ada, rows.content("email"), topic="news")

    assert passes(marketing) == ("suppressed", "no_consent")


def test_confirmed_by_the_button_and_not_by_looking(ada):
    Customer.objects.filter(pk=ada.pk).update(language="it")
    agree(ada, "news")
    ask_confirmation(NOON)
    message = asked().get()

    looks = [getattr(Client(), method)(path(message)) for method in ("get", "head", "options")]
    assert [answer.status_code for answer in looks] == [200] * 3
    assert '<html lang="it">' in looks[0].content.decode()
    assert not Consent.objects.exists()

    answer = Client(enforce_csrf_checks=True).post(path(message), REMOTE_ADDR="203.0.113.77")

    assert answer.status_code == 200
    consent = Consent.objects.get()
    assert (consent.topic, consent.is_granted, consent.source, consent.wording) == (
        *("news", True),
        *("form", "Yes"),
    )
    assert not PendingConsent.objects.exists()
    asked_for, granted = ConsentWord.objects.order_by("pk")
    assert (asked_for.said, granted.said) == ("asked", "granted")
    assert granted.proof == {
        "confirmed_by": str(message.public_id),
        "address": "203.0.113.0/24",
        "asked_at": NOON.isoformat(),
    }
    marketing = rows.message(ada, rows.content("email"), topic="news")
    assert passes(marketing) == ("sending", "")


def test_second_click_and_a_click_after_a_no_do_nothing(ada):
    agree(ada, "news")
    ask_confirmation(NOON)
    message = asked().get()
    set_consents([ConsentChange(ada.pk, "email", "", is_granted=False)], NOON + HOUR)

    text = Client().get(path(message)).content.decode()
    for _ in range(2):
        assert Client().post(path(message)).status_code == 200

    assert "<form" not in text
    assert list(Consent.objects.values_list("topic", "is_granted")) == [("", False)]


def test_message_confirms_what_it_asked_for_and_no_more(ada):
    agree(ada, "news")
    ask_confirmation(NOON)
    first = asked().get()
    agree(ada, "offers", at=NOON + HOUR)

    Client().post(path(first))

    assert list(Consent.objects.values_list("topic", flat=True)) == ["news"]
    assert list(PendingConsent.objects.values_list("topic", flat=True)) == ["offers"]


def test_nobody_is_asked_more_often_than_some_times_a_day(ada):
    for hours in range(MOST + 2):
        at = NOON + hours * HOUR
        agree(ada, "news", at=at)
        ask_confirmation(at)
        set_consents([ConsentChange(ada.pk, "email", "news", is_granted=False)], at)
    agree(ada, "offers", at=NOON + 9 * HOUR)

    ask_confirmation(NOON + 9 * HOUR)

    assert asked().count() == MOST
    assert PendingConsent.objects.get().ask_at == NOON + DAY
    assert work.next_due([piece()], NOON + 9 * HOUR, NOON + 2 * DAY) == NOON + DAY
    assert ask_confirmation(NOON + DAY) == 1
    assert asked().count() == MOST + 1


def piece():
    return next(one for one in work.pieces() if one.name == "channels.ask_confirmation")


def test_excluded_address_is_not_asked(ada):
    suppress([("email", "ada@example.com")], "complained", NOON)
    agree(ada, "news")
    ask_confirmation(NOON)

    assert passes(asked().get()) == ("suppressed", "suppressed_address")


def test_tracking_call_is_followed_by_the_confirmation_mail():
    receive(
        identify(
            external_id="u1",
            traits={"email": "bea@example.com"},
            consents=[Statement("email", True, "news"), Statement("sms", True)],
        )
    )

    assert [one.customer for one in asked()] == [owner("external_id", "u1")]
    assert list(Consent.objects.values_list("channel", flat=True)) == ["sms"]


def test_sms_is_confirmed_by_sms():
    save_double_opt_in(DoubleOptIn(channel="sms"))
    of = customer(phone="+39333000111", email="bea@example.com", language="en")
    agree(of, "", channel="sms")
    ask_confirmation(NOON)

    message = asked().get()
    [outgoing] = rendered(message)

    assert (message.channel, passes(message)) == ("sms", ("sending", ""))
    assert outgoing.text.endswith(links.confirm_url(message.public_id))


def rendered(message) -> list[Outgoing]:
    taken = Taken(
        id=message.pk,
        public_id=message.public_id,
        customer_id=message.customer_id,
        content_id=message.content_id,
        channel=message.channel,
        address="x@example.com",
        context=message.context,
    )
    return render([taken], "Sette <hello@example.com>", NOON)


def test_mail_lists_what_it_is_about_and_its_link_is_not_tracked(ada):
    agree(ada, "news")
    ask_confirmation(NOON)
    message = asked().get()

    [outgoing] = rendered(message)

    assert links.confirm_url(message.public_id) in outgoing.text
    assert "News by e-mail" in outgoing.text
    assert b"List-Unsubscribe" not in outgoing.mime


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_texts_to_begin_with_are_fit_to_be_sent(channel):
    content = confirmation_content(channel)

    assert sorted(content.texts.values_list("language", flat=True)) == ["en", "it"]
    assert [check_text(source_of(text, channel)) for text in content.texts.all()] == [[], []]


def test_content_that_somebody_has_changed_stays_so():
    content = Content.objects.get(slug="confirm-email")
    content.texts.filter(language="en").update(subject="Ours")

    with override("it"):
        confirmation_content("email")

    assert content.texts.get(language="en").subject == "Ours"


@pytest.mark.parametrize("token", ["x", "A" * 40])
def test_altered_token_confirms_nothing(ada, token):
    agree(ada, "news")
    ask_confirmation(NOON)
    other = links.preferences_url(asked().get().public_id).rsplit("/", 1)[1]

    for wrong in (token, other):
        assert Client().get(f"/m/k/{wrong}").status_code == 404
        assert Client().post(f"/m/k/{wrong}").status_code == 404
    assert not Consent.objects.exists()


def test_preference_centre_asks_for_confirmation_and_says_what_waits(ada):
    agree(ada, "news")
    ask_confirmation(NOON)
    page = "/" + links.preferences_url(asked().get().public_id).split("//", 1)[1].split("/", 1)[1]
    told = re.sub(r"\s+", " ", Client().get(page).content.decode())
    ticked = ["email", "email/news", "email/offers"]

    Client().post(page, {"do": "save", "channel": "email", "on": ticked})

    assert "News by e-mail" in told
    assert 'value="email/news" checked' in told
    assert set(PendingConsent.objects.values_list("topic", flat=True)) == {"news", "offers"}
    assert not Consent.objects.exists()


def test_what_waits_and_is_unticked_waits_no_more(ada):
    agree(ada, "news", "offers")
    ask_confirmation(NOON)
    page = "/" + links.preferences_url(asked().get().public_id).split("//", 1)[1].split("/", 1)[1]

    Client().post(page, {"do": "save", "channel": "email", "on": ["email", "email/offers"]})

    assert list(PendingConsent.objects.values_list("topic", flat=True)) == ["offers"]
    assert list(Consent.objects.values_list("topic", "is_granted")) == [("news", False)]
