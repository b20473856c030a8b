"""Rules about messages answer as plain Python does, in each shape of query, and tell when time turns them."""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from customers.rules import matching, members, parse, rule_words
from customers.rules.texts import parse_span
from tests.builders import HOUR, NOON, customer
from tests.channels import rows

pytestmark = pytest.mark.django_db
many = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SENT = {"sent", "delivered", "bounced", "complained"}
OPERATORS = {
    "equals": lambda found, asked: found == asked,
    "not_equals": lambda found, asked: found != asked,
    "greater": lambda found, asked: found > asked,
    "at_least": lambda found, asked: found >= asked,
    "less": lambda found, asked: found < asked,
    "at_most": lambda found, asked: found <= asked,
}


@pytest.fixture
def readers(db):  # noqa: ARG001 - the database
    """Customers with messages of every kind, the newest last."""
    chance = random.Random(3)
    contents = [rows.content("email", "hello"), rows.content("sms", "short", topic="offers")]
    found = {}
    for _ in range(30):
        who = customer()
        found[who.pk] = [some_message(who, chance, contents) for _ in range(chance.randrange(6))]
    return found


def some_message(who, chance, contents):
    what = chance.choice(contents)
    state = chance.choice(["sent", "sent", "delivered", "bounced", "complained", "suppressed", "uncertain"])
    at = NOON - timedelta(hours=chance.randrange(24 * 10))
    times = {"sent_at": at if state in SENT else None}
    for name in ("delivered_at", "opened_at", "clicked_at"):
        times[name] = at + HOUR if state in SENT and chance.random() < 0.4 else None
    return rows.message(
        who,
        what,
        due_at=None,
        state=state,
        source=chance.choice(["journey", "api"]),
        source_id=chance.randrange(10**9),
        **times,
    )


def holds(tree, messages, now):
    wanted = {"channel": "channel", "topic": "topic", "source": "source"}
    sent = [
        one
        for one in messages
        if one.state in SENT
        and all(getattr(one, name) == tree[key] for key, name in wanted.items() if tree.get(key))
    ]
    if tree["field"] == "ignored":
        newest = sorted(sent, key=lambda one: -one.pk)[: tree["value"]]
        ignored = len(newest) == tree["value"] and not any(one.opened_at or one.clicked_at for one in newest)
        return ignored == (tree["operator"] == "at_least")
    column = {"received": "sent_at", "bounced": "sent_at"}.get(tree["did"], f"{tree['did']}_at")
    since = now - parse_span(tree["within"]) if tree.get("within") else None
    counted = [
        one
        for one in sent
        if (at := getattr(one, column))
        and (since is None or at > since)
        and (tree["did"] != "bounced" or one.state == "bounced")
    ]
    return OPERATORS[tree["operator"]](len(counted), tree["value"])


narrowed = {
    "channel": st.sampled_from([None, "email", "sms"]),
    "topic": st.sampled_from([None, None, "offers"]),
    "source": st.sampled_from([None, None, "api"]),
}
trees = st.one_of(
    st.fixed_dictionaries(
        {
            "field": st.just("message"),
            "did": st.sampled_from(["received", "delivered", "opened", "clicked", "bounced"]),
            "operator": st.sampled_from(list(OPERATORS)),
            "value": st.integers(0, 4),
            "within": st.sampled_from([None, "P1D", "P7D"]),
            **narrowed,
        }
    ),
    st.fixed_dictionaries(
        {
            "field": st.just("ignored"),
            "operator": st.sampled_from(["at_least", "less"]),
            "value": st.integers(1, 4),
            **narrowed,
        }
    ),
)


@many
@given(tree=trees, hours=st.integers(0, 200))
def test_messages_are_counted_as_by_hand_in_each_shape(readers, tree, hours):
    now = NOON + hours * HOUR
    rule = parse(tree)
    expected = {pk for pk, messages in readers.items() if holds(tree, messages, now)}

    assert matching({0: rule}, list(readers), now)[0] == expected
    assert set(members(rule, now).values_list("pk", flat=True)) == expected
    assert set(Customer.objects.filter(rule.condition(now)).values_list("pk", flat=True)) == expected


@many
@given(tree=trees, hours=st.integers(0, 200), steps=st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_no_answer_changes_before_the_told_moment(readers, tree, hours, steps):
    now = NOON + hours * HOUR
    moment = parse(tree).changes_at(now)
    told = dict.fromkeys(readers, now + timedelta(days=40))
    if moment is not None:
        told |= {pk: at for pk, at in Customer.objects.annotate(at=moment).values_list("pk", "at") if at}

    for pk, messages in readers.items():
        assert told[pk] > now
        last = told[pk] - timedelta(microseconds=1)
        moments = [now + step * (last - now) for step in steps] + [last]
        assert {holds(tree, messages, at) for at in moments} == {holds(tree, messages, now)}


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (
            {"field": "message", "did": "received", "operator": "at_least", "value": 5, "within": "P7D"},
            "received at least 5 messages within the last 7 days",
        ),
        (
            {
                "field": "message",
                "did": "clicked",
                "operator": "equals",
                "value": 1,
                "channel": "email",
                "content": "hello",
                "source": "journey",
                "topic": "offers",
            },
            "clicked in exactly 1 message by e-mail about offers with the content hello from a journey",
        ),
        ({"field": "ignored", "operator": "at_least", "value": 5}, "left the last 5 messages unopened"),
        ({"field": "ignored", "operator": "less", "value": 1}, "did not leave the last message unopened"),
        (
            {"field": "reachable", "operator": "reachable", "channel": "email"},
            "can be reached by e-mail about anything",
        ),
        (
            {"field": "reachable", "operator": "not_reachable", "channel": "sms", "topic": "offers"},
            "can't be reached by SMS about offers",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(tree, words):
    assert rule_words(parse(tree)) == words
