"""The gate's decisions as tables: no database."""

from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.caps import Slot
from channels.models import Cap, QuietHours
from channels.verdict import (
    GO,
    Address,
    Close,
    Hold,
    Judge,
    Open,
    Person,
    Policy,
    Switch,
    Way,
    refusal,
)

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = 7 * DAY
ROME = ZoneInfo("Europe/Rome")
WEEKLY = Cap(name="weekly", limit=1, window="rolling", span=WEEK)
SMS = Way(5, "sms", "")


def message(number=1, **fields):
    plain = Open(
        id=number,
        customer_id=1,
        channel="email",
        topic="",
        is_transactional=False,
        priority=50,
        due_at=NOON,
        expires_at=None,
        on_cap="hold",
        fallbacks=(),
        slot_at=None,
        source="journey",
        source_id=1,
    )
    return plain._replace(**fields)


def person(slots=(), consents=None, addresses=None, **fields):
    return Person(
        ROME,
        addresses={"email": Address("a@example.com", ""), "phone": Address("+39333", "")}
        if addresses is None
        else addresses,
        consents={("email", ""): True, ("sms", ""): True} if consents is None else consents,
        slots=list(slots),
        **fields,
    )


def policy(*caps, quiet=(), paused=(), ways=()):
    return Policy(
        caps=caps,
        quiet=quiet,
        active=frozenset({"email", "sms", "push", "webhook"}),
        paused=frozenset(paused),
        ways={way.content_id: way for way in ways},
    )


def verdict(one, who=None, rules=None, now=NOON):
    return Judge(who or person(), rules or policy(), now).verdicts([one])[one.id]


@pytest.mark.parametrize(
    ("consents", "topic", "allowed"),
    [
        ({}, "", False),
        ({("email", ""): True}, "", True),
        ({("email", ""): True}, "news", True),
        ({("email", ""): False}, "", False),
        ({("email", ""): False, ("email", "news"): True}, "news", False),
        ({("email", "news"): True}, "news", True),
        ({("email", "news"): True}, "offers", False),
        ({("email", ""): True, ("email", "news"): False}, "news", False),
        ({("sms", ""): True}, "", False),
    ],
)
def test_consent_of_a_channel_and_a_topic(consents, topic, allowed):
    found = refusal("email", topic, is_transactional=False, person=person(consents=consents), policy=policy())

    assert (found is None) == allowed
    if found is not None:
        assert found == Close("no_consent", f"email/{topic}" if topic else "email")


@pytest.mark.parametrize(
    ("one", "who", "rules", "expected"),
    [
        (message(), person(), policy(), GO),
        (message(), person(), policy(paused=[("journey", 1)]), Hold(None, "paused", "")),
        (message(expires_at=NOON), person(), policy(), Close("expired", "")),
        (message(expires_at=NOON + HOUR), person(), policy(), GO),
        (message(), person(addresses={}), policy(), Close("no_address", "email")),
        (
            message(is_transactional=True),
            person(addresses={"email": Address("a@example.com", "bounced")}),
            policy(),
            Close("suppressed_address", "bounced"),
        ),
        (message(is_transactional=True), person(consents={}), policy(), GO),
        (message(channel="webhook"), person(addresses={}, consents={}), policy(WEEKLY), GO),
        (
            message(),
            person([Slot(NOON - DAY, "sms", "")]),
            policy(WEEKLY),
            Hold(NOON + 6 * DAY, "cap", "weekly (1)"),
        ),
        (message(is_transactional=True), person([Slot(NOON - DAY, "sms", "")]), policy(WEEKLY), GO),
        (
            message(on_cap="drop"),
            person([Slot(NOON, "email", "")]),
            policy(WEEKLY),
            Close("cap", "weekly (1)"),
        ),
        (
            message(expires_at=NOON + DAY),
            person([Slot(NOON, "email", "")]),
            policy(WEEKLY),
            Hold(NOON + DAY, "cap", "weekly (1)"),
        ),
        # A place that was taken before, and never answered for, is the message's own.
        (message(slot_at=NOON - DAY), person([Slot(NOON - DAY, "email", "")]), policy(WEEKLY), GO),
    ],
)
def test_verdict_on_one_message(one, who, rules, expected):
    assert verdict(one, who, rules) == expected


def test_channel_that_is_off_closes():
    rules = Policy(caps=(), quiet=(), active=frozenset({"sms"}), paused=frozenset(), ways={})

    assert verdict(message(), rules=rules) == Close("channel_off", "email")


def test_held_message_waits_for_caps_and_quiet_hours_together():
    """The slot frees at 22:00 in Rome; the night is over at 9:00."""
    night = QuietHours(name="night", starts=time(21), ends=time(9))
    taken = Slot(NOON - WEEK + 9 * HOUR, "email", "")

    found = verdict(message(), person([taken]), policy(WEEKLY, quiet=[night]))

    assert found == Hold(NOON + 20 * HOUR, "cap", "weekly (1)")


def test_quiet_hours_come_before_what_a_full_cap_does():
    night = QuietHours(name="night", starts=time(12), ends=time(15))

    found = verdict(message(on_cap="drop"), person([Slot(NOON, "email", "")]), policy(WEEKLY, quiet=[night]))

    assert found == Hold(NOON + 2 * HOUR, "quiet_hours", "night (12:00-15:00)")


@pytest.mark.parametrize(
    ("consents", "caps", "expected"),
    [
        (("email", "sms"), [Cap(name="mails", limit=1, window="rolling", span=DAY, channel="email")], SMS),
        (("email",), [Cap(name="mails", limit=1, window="rolling", span=DAY, channel="email")], None),
        (("email", "sms"), [Cap(name="all", limit=1, window="rolling", span=DAY)], None),
    ],
)
def test_capped_message_switches_where_the_other_channel_is_free(consents, caps, expected):
    who = person([Slot(NOON, "email", "")], consents={(channel, ""): True for channel in consents})

    found = verdict(message(on_cap="switch", fallbacks=[9, 5, 6]), who, policy(*caps, ways=[SMS]))

    if expected:
        assert found == Switch(expected, [6])
    else:
        assert found == Hold(NOON + DAY, "cap", f"{caps[0].name} (1)")


def test_rank_is_priority_then_time_then_age():
    messages = [
        message(1, priority=10),
        message(2, due_at=NOON - HOUR),
        message(3),
        message(4),
    ]
    two = Cap(name="two", limit=2, window="rolling", span=WEEK)

    for order in permutations(messages):
        found = Judge(person(), policy(two), NOON).verdicts(order)
        assert [number for number, one in sorted(found.items()) if one == GO] == [2, 3]


def test_what_is_equal_and_comes_later_reserves_nothing():
    later = message(2, due_at=NOON + HOUR)

    assert Judge(person(), policy(WEEKLY), NOON).verdicts([message(1), later]) == {1: GO}


@pytest.mark.parametrize(
    ("rival", "expected"),
    [
        ({"due_at": NOON + DAY}, Hold(NOON + DAY, "priority", "weekly")),
        ({"due_at": NOON + WEEK}, GO),
        ({"due_at": NOON + DAY, "channel": "push"}, GO),  # no address there
        ({"due_at": NOON + DAY, "is_transactional": True}, GO),
        ({"due_at": NOON + DAY, "expires_at": NOON + HOUR}, GO),
        ({"due_at": NOON + DAY, "channel": "sms"}, Hold(NOON + DAY, "priority", "weekly")),
    ],
)
def test_slot_is_kept_for_a_rival_of_higher_priority(rival, expected):
    low, high = message(1, priority=10), message(2, **{"priority": 90} | rival)

    assert Judge(person(), policy(WEEKLY), NOON).verdicts([low, high])[1] == expected


def test_rival_that_is_held_itself_keeps_its_later_place():
    """The rival's own channel is capped until tomorrow; then it takes the only slot of the week."""
    daily = Cap(name="daily", limit=1, window="rolling", span=DAY, channel="sms")
    two = Cap(name="two", limit=2, window="rolling", span=WEEK)
    who = person([Slot(NOON - HOUR, "sms", "")])
    low, high = message(1, priority=10), message(2, priority=90, channel="sms")

    found = Judge(who, policy(daily, two), NOON).verdicts([low, high])

    assert found == {
        2: Hold(NOON + 23 * HOUR, "cap", "daily (1)"),
        1: Hold(NOON + 23 * HOUR, "priority", "two"),
    }


messages = st.builds(
    lambda minutes, priority, channel, on_cap: message(
        due_at=NOON - timedelta(minutes=minutes), priority=priority, channel=channel, on_cap=on_cap
    ),
    st.integers(-3000, 60),
    st.integers(1, 3),
    st.sampled_from(["email", "sms"]),
    st.sampled_from(["hold", "drop"]),
)
caps = st.lists(
    st.builds(
        lambda limit, hours, channel: Cap(
            name="cap", limit=limit, window="rolling", span=hours * HOUR, channel=channel
        ),
        st.integers(1, 3),
        st.integers(1, 48),
        st.sampled_from(["", "email", "sms"]),
    ),
    max_size=3,
)


@given(st.lists(messages, max_size=12), caps, st.randoms())
def test_decisions_in_parts_are_those_of_the_whole(opens, limits, chance):
    """Deciding on a few at a time, with what was decided written back, ends as deciding on all at once."""
    opens = [one._replace(id=number) for number, one in enumerate(opens)]
    rules = policy(*limits)
    whole = Judge(person(), rules, NOON).verdicts(opens)

    left, slots, found = list(opens), [], {}
    due = [one for one in opens if one.due_at <= NOON]
    chance.shuffle(due)
    for one in due:
        found[one.id] = decided = Judge(person(slots), rules, NOON).verdicts(left)[one.id]
        left.remove(one)
        if decided == GO:
            slots.append(Slot(NOON, one.channel, one.topic))
        elif isinstance(decided, Hold):
            left.append(one._replace(due_at=decided.until))

    assert found == whole
