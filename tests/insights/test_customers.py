from collections.abc import Callable
from typing import Any

import pytest

from channels.models import Message
from customers.models import Membership, Segment, StageMove, Suppression
from insights.customers import profile
from tests.builders import DAY, HOUR, NOON, consent, customer

pytestmark = pytest.mark.django_db


def test_profile_tells_the_way_through_the_stages() -> None:
    ada = customer(stage="use")
    for number in (5, 6, 5, 6):
        StageMove.objects.create(customer=ada, to_stage_id=number, moved_at=NOON)

    path = profile(ada, NOON).path

    assert [(stop.stage.number, stop.visits, stop.is_here) for stop in path if stop.visits] == [
        (5, 2, False),
        (6, 2, True),
    ]


def test_profile_marks_addresses_that_are_excluded() -> None:
    ada = customer(email="ada@example.com", phone="+390611111")
    Suppression.objects.create(kind="email", value="ada@example.com", reason="bounced", created_at=NOON)
    Suppression.objects.create(kind="email", value="bruno@example.com", reason="bounced", created_at=NOON)

    assert profile(ada, NOON).suppressed == {("email", "ada@example.com")}


def test_profile_shows_present_segments_that_are_in_use() -> None:
    ada = customer()
    for slug, fields, stay in [
        ("in", {}, {}),
        ("left", {}, {"left_at": NOON}),
        ("archived", {"archived_at": NOON}, {}),
    ]:
        segment = Segment.objects.create(slug=slug, name=slug, **fields)
        Membership.objects.create(segment=segment, customer=ada, entered_at=NOON, **stay)

    assert [stay.segment.slug for stay in profile(ada, NOON).memberships] == ["in"]


def test_profile_counts_what_was_received_in_a_week_and_a_month() -> None:
    ada = customer()
    for at in (NOON - HOUR, NOON - 8 * DAY, NOON - 31 * DAY):
        Message.objects.create(
            customer=ada, channel="sms", source="api", source_id=0, state="sent", created_at=at, slot_at=at
        )

    assert profile(ada, NOON).received == {"week": 1, "month": 2, "opened": 0}


def test_profile_asks_a_constant_number_of_queries(django_assert_max_num_queries: Callable[..., Any]) -> None:
    ada = customer(email="ada@example.com", phone="+390611111", external_id="1")
    for topic in ("", "offers", "news"):
        consent(ada, topic=topic)

    with django_assert_max_num_queries(10):
        profile(ada, NOON)
