from datetime import timedelta
from itertools import product

import pytest
from django.test import Client

from channels import gate, links
from channels.ledger import caps_now, fates
from channels.models import Content, Message, Preference
from channels.preferences import Said, Wanted, choices_of, is_on, leave_all, pause, save_choices, words
from channels.verdict import has_consent
from customers.models import Consent, Topic
from tests.builders import DAY, NOON, consent, customer
from tests.channels import rows

TOPICS = ["news", "offers"]
WORDS = [None, True, False]
pytestmark = pytest.mark.django_db


def told(said, channel="email"):
    return {topic: has_consent(said, channel, topic) for topic in ("", *TOPICS)}


@pytest.mark.parametrize("before", list(product(WORDS, repeat=3)))
@pytest.mark.parametrize("wanted", list(product([True, False], repeat=3)))
def test_words_make_of_what_was_said_what_is_wanted(before, wanted):
    keys = [("email", topic) for topic in ("", *TOPICS)]
    said = {key: word for key, word in zip(keys, before, strict=True) if word is not None}
    want = Wanted(wanted[0], {topic for topic, is_in in zip(TOPICS, wanted[1:], strict=True) if is_in})
    was_on = is_on(said, "email", TOPICS)

    found = words(said, {"email": want}, TOPICS)

    after = said | {(channel, topic): is_granted for channel, topic, is_granted in found}
    if want.is_on:
        assert {topic for topic in TOPICS if told(after)[topic]} == set(want.topics)
        assert is_on(after, "email", TOPICS)
        assert was_on or after["email", ""] is True
    else:
        assert told(after) == dict.fromkeys(("", *TOPICS), False)
    assert len({(channel, topic) for channel, topic, _ in found}) == len(found)
    assert [one for one in found if said.get(one[:2]) is one[2]] == []


def test_saving_what_is_shown_says_nothing():
    for before in product(WORDS, repeat=3):
        keys = [("email", topic) for topic in ("", *TOPICS)]
        said = {key: word for key, word in zip(keys, before, strict=True) if word is not None}
        shown = Wanted(
            is_on(said, "email", TOPICS), {topic for topic in TOPICS if has_consent(said, "email", topic)}
        )

        assert words(said, {"email": shown}, TOPICS) == []


@pytest.fixture
def reader():
    for slug in TOPICS:
        Topic.objects.update_or_create(slug=slug, defaults={"name": slug.title()})
    Topic.objects.exclude(slug__in=TOPICS).delete()
    rows.channel("email")
    rows.channel("sms")
    return rows.reader(language="it")


def send(of, now=NOON, kind="email", **fields):
    """A marketing message that is due; how it stands after the gate."""
    content = Content.objects.filter(channel=kind).first() or rows.content(kind)
    made = rows.message(of, content, due_at=now, **fields)
    gate.pass_gate(kind, now, 200)
    made.refresh_from_db()
    return made


def stands(message):
    return message.state, message.reason


def keep(of, every_days=None, now=NOON, **wanted):
    """As the page saves it, with what is not named as it is shown."""
    shown = {
        one.kind: Wanted(one.is_on, {topic.slug for topic in one.topics if topic.is_on})
        for one in choices_of(of, now).channels
    }
    save_choices(of, shown | wanted, every_days, Said("test", {}), now)


def test_topic_that_is_switched_off_stops_at_the_next_dispatch(reader):
    assert stands(send(reader, topic="news")) == ("sending", "")

    keep(reader, email=Wanted(True, {"offers"}))

    assert stands(send(reader, topic="news")) == ("suppressed", "no_consent")
    assert stands(send(reader, topic="offers")) == ("sending", "")


def test_channel_that_is_switched_off_stops_and_the_other_goes_on(reader):
    keep(reader, email=Wanted(False, {"news", "offers"}))

    assert stands(send(reader)) == ("suppressed", "no_consent")
    assert stands(send(reader, kind="sms")) == ("sending", "")


def test_channel_that_is_switched_on_is_heeded(reader):
    Consent.objects.all().delete()
    assert stands(send(reader)) == ("suppressed", "no_consent")

    keep(reader, email=Wanted(True, {"news"}))

    assert stands(send(reader, topic="news")) == ("sending", "")
    assert stands(send(reader, topic="offers")) == ("suppressed", "no_consent")
    word = Consent.objects.get(channel="email", topic="")
    assert (word.is_granted, word.source, word.wording) == (True, "test", "Messages by e-mail")


def test_less_often_is_a_cap_of_the_customers_own(reader):
    keep(reader, every_days=7)

    assert stands(send(reader)) == ("sending", "")
    second = send(reader, now=NOON + DAY)
    other = send(reader, now=NOON + DAY, kind="sms")

    assert stands(second) == stands(other) == ("held", "own_wish")
    assert second.due_at == NOON + 7 * DAY
    assert stands(send(reader, now=NOON + DAY, is_transactional=True)) == ("sending", "")
    gate.pass_gate("email", NOON + 7 * DAY, 200)
    second.refresh_from_db()
    assert stands(second) == ("sending", "")
    assert stands(send(customer(email="b@example.com"), is_transactional=True)) == ("sending", "")


def test_less_often_holds_across_channels_within_one_batch(reader):
    keep(reader, every_days=7)
    rows.message(reader, rows.content("sms"), priority=90)

    first = send(reader, priority=10)

    assert first.state == "held"
    gate.pass_gate("sms", NOON, 200)
    assert Message.objects.get(channel="sms").state == "sending"


def test_more_often_again_lets_go_at_once_what_it_held(reader):
    keep(reader, every_days=30)
    send(reader)
    held = send(reader, now=NOON + DAY)

    keep(reader, every_days=None, now=NOON + 2 * DAY)
    gate.pass_gate("email", NOON + 2 * DAY, 200)

    held.refresh_from_db()
    assert stands(held) == ("sending", "")


def test_brands_caps_hold_beside_the_wish(reader):
    rows.cap(1, span=timedelta(days=10))
    keep(reader, every_days=7)
    send(reader)

    held = send(reader, now=NOON + DAY)

    assert (held.reason, held.due_at) == ("cap", NOON + 10 * DAY)


def test_wish_is_shown_among_the_caps(reader):
    keep(reader, every_days=7)
    send(reader)

    [use] = caps_now(reader.pk, NOON + DAY)

    assert (use.cap.name, use.cap.limit, use.used, use.frees_at) == (
        *("the customer's own wish", 1, 1),
        NOON + 7 * DAY,
    )


def test_pause_stops_marketing_and_it_is_not_made_up_for(reader):
    pause(reader, NOON + 30 * DAY, NOON)

    paused = send(reader)

    assert stands(paused) == ("suppressed", "on_pause")
    assert stands(send(reader, is_transactional=True)) == ("sending", "")
    assert stands(send(reader, now=NOON + 30 * DAY)) == ("sending", "")
    paused.refresh_from_db()
    assert stands(paused) == ("suppressed", "on_pause")
    assert fates("journey").candidates == 3


def test_pause_can_be_ended(reader):
    keep(reader, every_days=7)
    pause(reader, NOON + 30 * DAY, NOON)
    pause(reader, None, NOON + DAY)

    assert stands(send(reader, now=NOON + DAY)) == ("sending", "")
    assert Preference.objects.get().every_days == 7


def test_leaving_all_refuses_every_channel_to_a_person(reader):
    leave_all(reader, Said("test", {}), NOON)

    assert set(Consent.objects.values_list("channel", "topic", "is_granted")) == {
        ("email", "", False),
        ("sms", "", False),
        ("push", "", False),
    }
    assert stands(send(reader)) == ("suppressed", "no_consent")


def page(of):
    message = Message.objects.filter(customer=of).first() or send(of)
    return links.preferences_url(message.public_id).split("//", 1)[1].split("/", 1)[1]


def post(of, **fields):
    return Client(enforce_csrf_checks=True).post(f"/{page(of)}", fields)


def test_page_speaks_the_customers_language_and_changes_nothing_when_looked_at(reader):
    before = list(Consent.objects.values())

    answers = [getattr(Client(), method)(f"/{page(reader)}") for method in ("get", "head", "options")]

    text = answers[0].content.decode()
    assert [answer.status_code for answer in answers] == [200] * 3
    assert '<html lang="it">' in text
    assert "c…@e…" in text
    assert "c1@example.com" not in text
    assert 'value="email/news" checked' in text
    assert "Set-Cookie" not in answers[0]
    assert answers[0]["Cache-Control"] == "no-store"
    assert (list(Consent.objects.values()), Preference.objects.count()) == (before, 0)


def test_page_saves_what_is_ticked_without_cookie_or_token(reader):
    answer = post(reader, do="save", channel=["email", "sms"], on=["email", "email/news"], often="7")

    assert answer.status_code == 200
    assert 'role="status"' in answer.content.decode()
    kept = set(Consent.objects.values_list("channel", "topic", "is_granted"))
    assert kept == {("email", "", True), ("email", "offers", False), ("sms", "", False)}
    assert Preference.objects.get().every_days == 7
    message = Message.objects.first()
    assert Consent.objects.get(topic="offers").source == f"preferences:{message.public_id}"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"do": "x"},
        {"do": "save"},
        {"do": "save", "channel": "x", "on": "email/x", "often": "7000"},
        {"do": "save", "often": "-1"},
        {"do": "save", "often": "\u0667"},
        {"do": "save", "channel": ["webhook", "\0"], "on": ["\0" * 9]},
    ],
)
def test_page_heeds_nothing_that_was_not_on_it(reader, fields):
    before = list(Consent.objects.values())

    assert post(reader, **fields).status_code == 200

    assert list(Consent.objects.values()) == before
    assert not Preference.objects.exclude(every_days=None).exists()


def test_page_pauses_resumes_and_leaves(reader):
    post(reader, do="pause")
    until = Preference.objects.get().paused_until
    paused = Client().get(f"/{page(reader)}").content.decode()
    post(reader, do="resume")

    assert until is not None
    assert 'value="resume"' in paused
    assert Preference.objects.get().paused_until is None
    assert post(reader, do="leave").status_code == 200
    assert not Consent.objects.filter(is_granted=True).exists()


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 40])
def test_altered_token_leads_nowhere(reader, token):
    good = page(reader).rsplit("/", 1)[1]
    other = links.unsubscribe_url(Message.objects.first().public_id).rsplit("/", 1)[1]

    for path in (f"/m/p/{token or 'x'}", f"/m/p/{good[:-2]}AA", f"/m/p/{other}"):
        assert Client().get(path).status_code == 404
        assert Client().post(path, {"do": "leave"}).status_code == 404
    assert not Consent.objects.filter(is_granted=False).exists()


def test_way_out_leads_to_the_preference_centre(reader):
    message = send(reader)

    text = Client().get(f"/m/u/{links.unsubscribe_url(message.public_id).rsplit('/', 1)[1]}").content.decode()

    assert links.preferences_url(message.public_id) in text


def test_push_only_customer_sees_no_token():
    rows.channel("push")
    of = customer(push_token="secret-token")
    consent(of, "push")

    [choice] = choices_of(of, NOON).channels

    assert (choice.kind, choice.address, choice.is_on) == ("push", "", True)
