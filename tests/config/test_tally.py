"""Tallies by the rows of messages and stages, for a tally is true only of what writes real tables."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from channels.models import Message, MessageTally
from channels.tallies import MESSAGES
from config.tally import BY_HOUR, first_hour
from customers.models import Customer, Membership, Segment, Stage, StageMove
from customers.tallies import MEMBERS, MOVES, SIZES, daily_moves, member_counts, moves_between, stage_sizes
from journeys.models import Enrollment, EnrollmentTally, Journey, JourneyVersion
from journeys.tallies import ENROLLMENTS
from tests.builders import DAY, HOUR, NOON, customer

STATES = ["queued", "sending", "sent", "delivered", "suppressed", "failed"]
OPENS = {"queued"}
KEYS = ("counted", "hour", "channel", "state", "by_cap")


def message(of: Customer, state: str = "queued", at: datetime = NOON, **fields: Any) -> Message:
    due = {"due_at": at} if state in OPENS else {}
    values = (
        {"channel": "email", "source": "api", "source_id": 1, "created_at": at, "state": state} | due | fields
    )
    return Message.objects.create(customer=of, **values)


def told() -> Counter[tuple[Any, ...]]:
    rows = MessageTally.objects.order_by().values_list(*KEYS).annotate(Sum("messages"), Sum("opened"))
    return Counter({row[:-2]: row[-2:] for row in rows if row[-2]})


def counted() -> Counter[tuple[Any, ...]]:
    """The same by looking at each message, in Python."""
    found: dict[tuple[Any, ...], tuple[int, int]] = {}
    for row in Message.objects.all():
        by_cap = "cap" in {row.reason, row.held_by}
        for name, at in (("asked", row.created_at), ("closed", row.closed_at)):
            if at is not None:
                key = (name, at.replace(minute=0, second=0, microsecond=0), row.channel, row.state, by_cap)
                many, opened = found.get(key, (0, 0))
                found[key] = (many + 1, opened + (row.opened_at is not None))
    return Counter(found)


class TestMessages(TestCase):
    """Whatever is done to messages, in whatever order, the tally says what the rows say."""

    @settings(max_examples=25)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["make", "move", "open", "drop", "fold"]),
                st.integers(0, 3),
                st.sampled_from(STATES),
            )
        )
    )
    def test_tally_says_what_the_rows_say(self, acts: list[tuple[str, int, str]]) -> None:
        people = [customer() for _ in range(2)]
        for number, (act, which, state) in enumerate(acts):
            at = NOON + number * timedelta(minutes=25)
            chosen = Message.objects.filter(
                pk__in=list(Message.objects.values_list("pk", flat=True)[which : which + 2])
            )
            if act == "make":
                message(people[which % 2], at=at, reason="cap" if which else "")
            elif act == "move":
                closed = None if state in {"queued", "sending"} else at
                chosen.update(state=state, due_at=at if state in OPENS else None, closed_at=closed)
            elif act == "open":
                chosen.update(opened_at=at)
            elif act == "drop":
                chosen.delete()
            else:
                MESSAGES.fold()
            assert told() == counted()
        assert MESSAGES.recount(NOON) == 0


@pytest.mark.django_db
def test_fold_makes_one_line_of_many_and_forgets_what_adds_up_to_nothing() -> None:
    ada = customer()
    for _ in range(3):
        message(ada)
    Message.objects.update(state="suppressed", due_at=None)

    folded = MESSAGES.fold()
    message(ada, state="suppressed")
    MESSAGES.fold()

    assert folded == 5  # three came; an update took three away and brought three
    assert list(MessageTally.objects.values_list("state", "messages", "is_folded")) == [
        ("suppressed", 4, True)
    ]


@pytest.mark.django_db
def test_recount_mends_what_is_wrong() -> None:
    message(customer())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_messagetally SET messages = 5")

    assert MESSAGES.recount(NOON) == 1
    assert told() == counted()
    assert MESSAGES.recount(NOON) == 0


@pytest.mark.django_db
def test_recount_makes_days_of_hours_that_are_long_past() -> None:
    ada = customer()
    for hour in range(5):
        message(ada, at=NOON + hour * HOUR)
    later = NOON + BY_HOUR + DAY

    assert MESSAGES.recount(later) == 0
    MESSAGES.fold()

    assert [(row.hour, row.messages) for row in MessageTally.objects.all()] == [(NOON - 12 * HOUR, 5)]
    assert first_hour(NOON + 2 * HOUR, later) == NOON - 12 * HOUR
    assert first_hour(later - DAY, later) == later - DAY


@pytest.mark.django_db
def test_tally_is_of_the_same_transaction() -> None:
    with transaction.atomic():
        message(customer())
        transaction.set_rollback(True)

    assert told() == counted() == Counter()


@pytest.mark.django_db
def test_stages_are_counted_as_customers_come_move_and_go() -> None:
    ada, bruno = customer(stage="use"), customer()
    Customer.objects.filter(pk=bruno.pk).update(stage=Stage.objects.get(slug="action"), language="it")
    Customer.objects.filter(pk=bruno.pk).update(language="en")
    before = +stage_sizes()
    ada.delete()

    assert before == Counter({6: 1, 5: 1})
    assert +stage_sizes() == Counter({5: 1})
    assert SIZES.recount(NOON) == 0


@pytest.mark.django_db
def test_moves_are_counted_by_the_hour() -> None:
    ada = customer()
    for start, end, hours in ((None, 5, 0.5), (5, 6, 0.6), (5, 6, 1.2)):
        StageMove.objects.create(
            customer=ada, from_stage_id=start, to_stage_id=end, moved_at=NOON + hours * HOUR
        )

    assert moves_between(NOON, NOON + HOUR) == {(0, 5): 1, (5, 6): 1}
    assert moves_between(NOON, NOON + 2 * HOUR) == {(0, 5): 1, (5, 6): 2}
    assert daily_moves(NOON, NOON + DAY, UTC) == [(NOON.date(), 0, 5, 1), (NOON.date(), 5, 6, 2)]
    assert MOVES.recount(NOON) == 0
    StageMove.objects.all().delete()
    assert moves_between(NOON, NOON + DAY) == {}


@pytest.mark.django_db
def test_members_are_counted_as_they_enter_and_leave() -> None:
    regulars, others = (Segment.objects.create(slug=slug, name=slug) for slug in ("regulars", "others"))
    people = [customer() for _ in range(3)]
    for person in people:
        Membership.objects.create(segment=regulars, customer=person, entered_at=NOON)
    Membership.objects.filter(customer=people[0]).update(left_at=NOON + HOUR)
    Membership.objects.filter(customer=people[1]).delete()

    assert member_counts([regulars.pk, others.pk]) == {regulars.pk: 1, others.pk: 0}
    assert MEMBERS.recount(NOON) == 0


@pytest.mark.django_db
def test_days_are_the_brands_whatever_its_zone(settings: Any) -> None:
    def days() -> dict[datetime, int]:
        rows = EnrollmentTally.objects.filter(is_folded=True).values_list("day", "entered")
        return {day: entered for day, entered in rows if entered}

    settings.BRAND_TIME_ZONE = "Asia/Kathmandu"  # 5:45 ahead
    journey = Journey.objects.create(slug="a", name="A", serves_id=1, leads_to_id=2)
    version = JourneyVersion.objects.create(journey=journey, number=1, graph={}, published_at=NOON)
    midnight = datetime(2025, 1, 10, 18, 15, tzinfo=UTC)
    for minute in (-1, 0, 30, 24 * 60 - 1, 24 * 60):
        entered(customer(), version, midnight + timedelta(minutes=minute))

    ENROLLMENTS.fold()

    assert days() == {midnight - DAY: 1, midnight: 3, midnight + DAY: 1}
    assert ENROLLMENTS.recount(NOON) == 0
    settings.BRAND_TIME_ZONE = "UTC"
    assert ENROLLMENTS.recount(NOON) > 0
    ENROLLMENTS.fold()
    assert ENROLLMENTS.recount(NOON) == 0
    of_utc = midnight.replace(hour=0, minute=0) + DAY
    assert sum(many for day, many in days().items() if day < of_utc) == 3


def entered(of: Customer, version: JourneyVersion, at: datetime) -> None:
    Enrollment.objects.create(
        journey=version.journey,
        version=version,
        customer=of,
        step="a",
        reached_at=at,
        due_at=at,
        entered_at=at,
    )
