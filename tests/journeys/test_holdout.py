"""The holdout of a journey: who is in it goes the same way, and is written to by nothing of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.models import Message
from customers.buckets import bucket_of
from journeys import engine
from tests import builders
from tests.builders import NOON
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db
HELLO = step("hello", "send_email", content="hello")


def marked(version, people=60, **fields):
    """Who is marked as held out, by the messages that the engine queued."""
    rows = {enrolled(version, builders.customer(), **fields).customer for _ in range(people)}
    engine.advance(NOON)
    messages = Message.objects.filter(source_id=version.pk).select_related("customer")
    assert {message.customer for message in messages} == rows
    return {message.customer for message in messages if message.held_out == "journey"}, rows


def test_nobody_is_held_out_where_there_is_none():
    content("hello")

    assert marked(live(HELLO))[0] == set()


def test_the_journeys_own_salt_draws_them():
    content("hello")
    version = live(HELLO, holdout={"percent": 25})

    held, everybody = marked(version)

    salt = f"journey {version.journey_id}"
    assert held == {one for one in everybody if bucket_of(salt, one.public_id) < 2500}
    assert 0 < len(held) < 40


def test_another_salt_draws_others_and_versions_are_told_apart():
    content("hello")
    one = live(HELLO, slug="one", holdout={"percent": 100})
    two = live(HELLO, slug="two", holdout={"percent": 50, "salt": "spring"})
    people = [builders.customer() for _ in range(40)]
    for customer in people:
        enrolled(one, customer)
        enrolled(two, customer)

    with CaptureQueriesContext(connection) as queries:
        engine.advance(NOON)

    held = Message.objects.filter(held_out="journey")
    assert held.filter(source_id=one.pk).count() == 40
    drawn = {customer.pk for customer in people if bucket_of("spring", customer.public_id) < 5000}
    assert set(held.filter(source_id=two.pk).values_list("customer_id", flat=True)) == drawn
    assert sum("drawn" in query["sql"] for query in queries) == 1


def test_later_steps_hold_out_the_same():
    content("hello")
    version = live(
        step("first", "send_email", {"next": "rest"}, content="hello", then="move_on"),
        step("rest", "wait", {"next": "second"}, span="P1D"),
        step("second", "send_email", content="hello"),
        holdout={"percent": 40},
    )
    held, _ = marked(version)
    engine.advance(NOON + timedelta(days=1))

    second = Message.objects.filter(step="second", held_out="journey").select_related("customer")
    assert {message.customer for message in second} == held
