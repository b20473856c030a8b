"""Messages, addresses and suppressions count in a trial of a past moment as they were then."""

from typing import Any

import pytest

from customers.models import Identity, Suppression
from customers.stage_definitions import read
from customers.stage_versions import definitions_in_force
from customers.trial import try_stages
from tests.builders import DAY, HOUR, NOON, event
from tests.channels import rows

pytestmark = pytest.mark.django_db
THEN = NOON - 10 * DAY
MESSAGES = {"field": "message", "operator": "at_least", "value": 2, "within": "P30D"}


def finds(rule: dict[str, Any], at: Any = None) -> set[int]:
    terms = read({"use": {"rule": rule}}, definitions_in_force())
    ways = try_stages(terms, NOON, at=at).ways
    return {one.pk for way in ways if way.end == 6 for one in way.sample}


def test_what_was_sent_opened_and_clicked_by_then_counts() -> None:
    what = rows.content("email", "hello")
    early, late = (rows.reader(number, seen_at=NOON - 90 * DAY) for number in (1, 2))
    for number in range(2):
        sent = THEN - DAY + number * HOUR
        rows.message(early, what, due_at=None, state="sent", sent_at=sent, opened_at=sent + HOUR)
        rows.message(late, what, due_at=None, state="sent", sent_at=sent, opened_at=NOON - DAY)
    for number in range(3):
        rows.message(late, what, due_at=None, state="sent", sent_at=NOON - DAY + number * HOUR)
    four = MESSAGES | {"did": "received", "value": 4}
    opened = MESSAGES | {"did": "opened"}
    ignored = {"field": "ignored", "operator": "at_least", "value": 2}

    assert (finds(four), finds(four, THEN)) == ({late.pk}, set())
    assert (finds(opened), finds(opened, THEN)) == ({early.pk, late.pk}, {early.pk})
    assert (finds(ignored), finds(ignored, THEN)) == ({late.pk}, {late.pk})
    assert finds(ignored | {"value": 3}, THEN) == set()


def test_addresses_and_suppressions_of_then_count() -> None:
    reader = rows.reader(1, seen_at=NOON - 90 * DAY)
    said = {"channel": "email", "topic": "", "granted": True}
    event(reader, "$consent_changed", THEN - DAY, said)
    address = Identity.objects.get(customer=reader, kind="email")
    Identity.objects.filter(pk=address.pk).update(created_at=THEN - DAY)
    Suppression.objects.create(kind="email", value=address.value, reason="complaint", created_at=THEN + DAY)
    reachable = {"field": "reachable", "operator": "reachable", "channel": "email"}

    assert finds(reachable) == set()
    assert finds(reachable, THEN) == {reader.pk}
    assert finds(reachable, THEN - 2 * DAY) == set()
