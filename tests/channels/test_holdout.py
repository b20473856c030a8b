"""Who is held out meets the same gate as everybody, and gets nothing marketing."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from channels.gate import dispatch
from channels.holdout import holdout_at, set_holdout, was_held_out
from channels.ledger import Fates, fates, over_cap
from channels.models import FateNotice, Holdout, Message
from channels.providers.journal import read_journal
from config import work
from customers.buckets import bucket_of
from customers.models import Customer, Segment, Stage
from customers.rules import members, parse, rule_words
from customers.segments import save_segment, segment_members
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
IN_IT = {"field": "holdout", "operator": "in"}


@pytest.fixture(autouse=True)
def journal(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.channel("sms", path)
    return path


def test_everything_passes_where_nobody_is_held_out(journal):
    rows.message(rows.reader(), rows.content())

    dispatch("email", NOON)

    assert len(read_journal(journal)) == 1


@pytest.mark.parametrize("by", ["global", "journey"])
def test_a_message_to_who_is_held_out_ends_when_it_would_have_gone(journal, by):
    if by == "global":
        set_holdout(Decimal(100), NOON)
    message = rows.message(
        rows.reader(stage="use"),
        rows.content(),
        enrollment_id=7,
        step="hello",
        visit=3,
        held_out="journey" if by == "journey" else "",
    )

    assert dispatch("email", NOON) == 1

    message.refresh_from_db()
    assert (message.state, message.reason, message.detail) == ("suppressed", "holdout", by)
    assert (message.slot_at, message.closed_at, message.due_at) == (NOON, NOON, None)
    assert (message.sent_at, message.stage_number, message.attempts) == (None, 6, 0)
    assert read_journal(journal) == []
    told = FateNotice.objects.values_list("message_id", "enrollment_id", "step", "visit", "fate", "fated_at")
    assert list(told) == [(message.pk, 7, "hello", 3, "sent", NOON)]
    assert fates("journey") == Fates(suppressed=1)


def test_transactional_messages_are_sent_to_them(journal):
    set_holdout(Decimal(100), NOON)
    message = rows.message(rows.reader(), rows.content(), is_transactional=True, held_out="journey")

    dispatch("email", NOON)

    assert [line["id"] for line in read_journal(journal)] == [str(message.public_id)]


def test_consent_and_quiet_hours_come_first():
    set_holdout(Decimal(100), NOON)
    rows.quiet("12:00", "14:00")
    refused = rows.message(rows.reader(1, consents=()), rows.content())
    waits = rows.message(rows.reader(2), rows.content(slug="other"))

    dispatch("email", NOON)

    assert rows.states() == {refused.id: ("suppressed", "no_consent"), waits.id: ("held", "quiet_hours")}


def test_broadcasts_obey_the_global_one_and_no_journeys():
    set_holdout(Decimal(100), NOON)
    message = rows.message(rows.reader(), rows.content(), source="broadcast", source_id=4)

    dispatch("email", NOON)

    message.refresh_from_db()
    assert (message.state, message.reason, message.detail) == ("suppressed", "holdout", "global")
    assert not FateNotice.objects.exists()


def test_one_that_may_have_been_sent_before_is_uncertain():
    message = rows.message(rows.reader(), rows.content(), slot_at=NOON - HOUR)
    set_holdout(Decimal(100), NOON)

    dispatch("email", NOON)

    message.refresh_from_db()
    assert (message.state, message.reason) == ("uncertain", "holdout")


def test_it_holds_out_whom_the_buckets_say_and_keeps_them_when_it_grows():
    people = [builders.customer() for _ in range(200)]
    set_holdout(Decimal("12.5"), NOON)
    small = set(members(parse(IN_IT), NOON))
    set_holdout(Decimal(40), NOON + DAY)
    large = set(members(parse(IN_IT), NOON))

    assert small == {one for one in people if bucket_of("global", one.public_id) < 1250}
    assert large == {one for one in people if bucket_of("global", one.public_id) < 4000}
    assert small < large < set(people)


def test_history_tells_who_was_in_it_at_any_moment():
    person = builders.customer()
    set_holdout(Decimal(100), NOON)
    set_holdout(Decimal(100), NOON + HOUR)  # nothing new
    set_holdout(Decimal(0), NOON + DAY)
    set_holdout(Decimal(0), NOON + 2 * DAY)
    assert [was_held_out(person.public_id, NOON + hours * HOUR) for hours in (-1, 0, 23, 24)] == [
        False,
        True,
        True,
        False,
    ]
    assert list(Holdout.objects.values_list("percent", "since", "until")) == [(100, NOON, NOON + DAY)]
    assert holdout_at(NOON + 2 * DAY) is None


def test_two_are_never_in_force():
    set_holdout(Decimal(5), NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Holdout.objects.create(percent=7, since=NOON)


def test_segments_and_stages_that_ask_for_it_follow():
    people = {builders.customer() for _ in range(50)}
    segment = save_segment(Segment(slug="out", name="Out", rule=IN_IT), NOON)
    other = save_segment(Segment(slug="in", name="In", rule=IN_IT | {"operator": "not_in"}), NOON)
    apart = save_segment(
        Segment(slug="apart", name="Apart", rule={"field": "trait", "trait": "x", "operator": "is_set"}), NOON
    )
    Stage.objects.filter(slug="use").update(rule=IN_IT, changed_at=NOON)
    work.settle(NOON)
    assert set(segment_members(segment)) == set()

    set_holdout(Decimal(50), NOON + HOUR)
    apart.refresh_from_db()
    assert apart.rebuilt_at is not None
    work.settle(NOON + HOUR)

    held = {one for one in people if bucket_of("global", one.public_id) < 5000}
    assert set(segment_members(segment)) == held
    assert set(segment_members(other)) == people - held
    assert set(Customer.objects.filter(stage__slug="use")) == held


def test_the_rule_is_said_in_words():
    assert rule_words(parse(IN_IT)) == "is in the holdout"
    assert rule_words(parse(IN_IT | {"operator": "not_in"})) == "is not in the holdout"


@pytest.mark.parametrize("seed", range(4))
def test_a_twin_who_is_held_out_meets_the_same_decisions(journal, seed):
    """Whatever is asked for, hour by hour: what one gets is what is kept back from the other."""
    dice = random.Random(seed)
    twins = [rows.reader(number, time_zone="Europe/Rome") for number in (1, 2)]
    rows.cap(dice.randint(1, 2), span=DAY)
    rows.cap(1, name="sms", channel="sms")
    rows.cap(4, window="week")
    rows.quiet("21:00", "08:00")
    contents = [rows.content("email"), rows.content("sms"), rows.content("email", "topic", topic="news")]
    pairs = []
    for hour in range(60):
        now = NOON + hour * HOUR
        for _ in range(dice.choice([0, 0, 1, 2])):
            what = dice.choice(contents)
            asked = {
                "priority": dice.choice([10, 50, 90]),
                "on_cap": dice.choice(["hold", "drop", "switch"]),
                "fallbacks": [contents[1].pk] if what.channel == "email" else [],
                "expires_at": now + timedelta(hours=dice.randint(1, 60)) if dice.random() < 0.5 else None,
                "is_transactional": dice.random() < 0.1,
            }
            due_at = now + timedelta(hours=dice.choice([0, 0, 3]))
            pairs.append(
                [
                    rows.message(twin, what, due_at, held_out=held_out, **asked)
                    for twin, held_out in zip(twins, ("", "journey"), strict=True)
                ]
            )
        for channel in ("email", "sms", "email"):
            while dispatch(channel, now):
                pass
        if hour % 10 == 9:
            assert [_decided(treated) for treated, _ in pairs] == [_decided(held) for _, held in pairs]

    assert {str(held.public_id) for _, held in pairs if not held.is_transactional} & {
        line["id"] for line in read_journal(journal)
    } == set()
    assert len({_decided(held) for _, held in pairs}) > 5
    assert over_cap(NOON + 60 * HOUR, ever=True) == []


def _decided(message):
    """What the gate made of a message; of one that is held out, what it would have made."""
    now = Message.objects.get(pk=message.pk)
    is_withheld = now.reason == "holdout"
    state, reason, detail = ("sent", "", "") if is_withheld else (now.state, now.reason, now.detail)
    return (now.channel, state, reason, detail, now.slot_at, now.due_at, now.closed_at)
