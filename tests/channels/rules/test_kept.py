"""Segments about messages and ways to a person are true as soon as the work is done."""

import pytest

from channels.gate import dispatch
from config import work
from customers.inbox import accept
from customers.models import Customer, News, Segment
from customers.rules import members, parse
from customers.segments import save_segment, segment_members
from customers.services import ConsentChange, set_consents, suppress, unsuppress
from tests.builders import DAY, NOON
from tests.channels import rows
from tests.customers.calls import identify, owner, receive

pytestmark = pytest.mark.django_db
PRESSED = {"field": "message", "did": "received", "operator": "at_least", "value": 1, "within": "P7D"}
REACHABLE = {"field": "reachable", "operator": "reachable", "channel": "email"}


def keep(rule):
    segment = save_segment(Segment(slug="kept", name="Kept", rule=rule), NOON)
    work.settle(NOON)
    return segment


def assert_kept(segment, *expected, now=NOON):
    work.settle(now)
    assert set(segment_members(segment)) == set(expected)
    assert set(members(parse(segment.rule), now)) == set(expected)


def test_who_is_sent_a_message_enters_and_leaves_by_the_clock(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    reader = rows.reader()
    segment = keep(PRESSED)
    rows.message(reader, rows.content())

    dispatch("email", NOON)

    assert News.objects.count() == 1
    assert_kept(segment, reader)
    assert_kept(segment, reader, now=NOON + 7 * DAY - NOON.resolution)
    assert_kept(segment, now=NOON + 7 * DAY)


def test_news_that_no_rule_reads_are_not_told(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    rows.message(rows.reader(), rows.content())

    dispatch("email", NOON)

    assert News.objects.count() == 0


def test_address_that_is_suppressed_and_allowed_again():
    reader = rows.reader()
    segment = keep(REACHABLE)
    assert_kept(segment, reader)

    suppress([("email", "c1@example.com")], "by_hand", NOON)
    assert_kept(segment)

    unsuppress([("email", "c1@example.com")])
    assert_kept(segment, reader)


def test_newer_address_counts_and_a_suppressed_one_does_not():
    receive(identify(external_id="u1", traits={"email": "old@example.com"}))
    reader = owner("external_id", "u1")
    set_consents([ConsentChange(reader.pk, "email", "", True, "form", "", NOON)], NOON)
    suppress([("email", "old@example.com")], "by_hand", NOON)
    segment = keep(REACHABLE)
    assert_kept(segment)

    accept([identify(NOON + DAY, external_id="u1", traits={"email": "new@example.com"})], None, NOON + DAY)
    assert_kept(segment, reader, now=NOON + DAY)


def test_push_token_that_another_customer_uses_by_now_reaches_only_that_one():
    for number in (1, 2):
        receive(identify(external_id=f"u{number}"))
        who = owner("external_id", f"u{number}")
        set_consents([ConsentChange(who.pk, "push", "", True, "form", "", NOON)], NOON)
    segment = keep(REACHABLE | {"channel": "push"})

    accept([identify(external_id="u1", push_token="token")], None, NOON)
    assert_kept(segment, owner("external_id", "u1"))

    accept([identify(NOON + DAY, external_id="u2", push_token="token")], None, NOON + DAY)
    assert_kept(segment, owner("external_id", "u2"), now=NOON + DAY)
    assert Customer.objects.count() == 2
