from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.models import FateNotice, Message
from journeys import engine
from journeys.models import Enrollment, StepLog
from journeys.queries import stuck
from journeys.steps.wait import Wait
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, LIKES_TEA, content, enrolled, live, step

pytestmark = pytest.mark.django_db
FIFTY = {"property": "total", "operator": "at_least", "value": 50}


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def advance_all(now):
    total = 0
    while moved := engine.advance(now):
        total += moved
    return total


def standing(enrollment):
    enrollment.refresh_from_db()
    return (enrollment.step, enrollment.standing, enrollment.due_at)


def log():
    return list(StepLog.objects.order_by("enrollment_id", "visit").values_list("step", "branch", "visit"))


def test_advance_moves_to_the_wait_and_after_it_to_the_end():
    version = live(step("pause", "wait", {"next": "bye"}, span="P2D"), step("bye", "exit", reason="done"))
    one = enrolled(version, builders.customer())

    assert engine.advance(NOON) == 1
    assert standing(one) == ("pause", "due", NOON + 2 * DAY)
    assert engine.advance(NOON + DAY) == 0

    assert engine.advance(NOON + 2 * DAY) == 1
    one.refresh_from_db()
    assert (one.step, one.standing, one.exit_reason, one.ended_at) == ("bye", "ended", "done", NOON + 2 * DAY)
    assert log() == [("pause", "next", 1), ("bye", "", 2)]


def test_advance_parts_customers_by_rules_and_asks_them_once_for_the_batch():
    version = live(
        step(
            "who",
            "branch",
            {"roman": "tea", "next": "bye"},
            rules=[{"branch": "roman", "rule": IN_ROME}],
        ),
        step("tea", "branch", {"next": "bye"}, rules=[{"branch": "drinker", "rule": LIKES_TEA}]),
        step("bye", "exit"),
    )
    traits = [{"city": "Roma", "drink": "tea"}, {"city": "Roma"}, {"city": "Milano"}, {}]
    for each in traits * 5:
        enrolled(version, builders.customer(traits=each))
    engine.advance(NOON - DAY)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert engine.advance(NOON) == 20

    taken = list(StepLog.objects.values_list("step", "branch"))
    assert (taken.count(("who", "roman")), taken.count(("who", "else"))) == (10, 10)
    assert (taken.count(("tea", "drinker")), taken.count(("tea", "else"))) == (5, 5)
    assert sum("customers_customer" in query["sql"] for query in queries) == 2


def test_advance_takes_the_same_few_queries_however_many_are_due():
    version = live(
        step("who", "branch", {"next": "pause"}, rules=[{"branch": "roman", "rule": IN_ROME}]),
        step("pause", "wait", span="P1D"),
    )

    def queries_for(customers):
        for _ in range(customers):
            enrolled(version, builders.customer())
        with CaptureQueriesContext(connection) as queries:
            assert engine.advance(NOON) == customers
        return len(queries)

    queries_for(1)
    assert queries_for(2) == queries_for(40)


def test_advance_leaves_those_on_hold():
    version = live(step("pause", "wait", span="P1D"))
    one = enrolled(version, builders.customer(), is_on_hold=True)

    assert engine.advance(NOON) == 0
    assert standing(one) == ("pause", "due", NOON)


def test_advance_queues_one_message_and_stands_until_its_fate():
    hello = content("hello", topic="news")
    version = live(
        step("hello", "send_email", {"sent": "pause"}, content="hello", priority=80, expires_after="P1D"),
        step("pause", "wait", span="P1D"),
    )
    entering = {"name": "Order Completed", "occurred_at": "2025-03-03", "properties": {"total": 12}}
    one = enrolled(version, builders.customer(), context=entering)

    engine.advance(NOON)

    message = Message.objects.get()
    assert standing(one) == ("hello", "message", None)
    assert (message.enrollment_id, message.step, message.visit) == (one.pk, "hello", 1)
    assert (message.content, message.channel, message.topic) == (hello, "email", "news")
    assert (message.source, message.source_id, message.priority) == ("journey", version.pk, 80)
    assert (message.due_at, message.expires_at) == (NOON, NOON + DAY)
    assert message.context == {
        "event": {"total": 12},
        "trigger": {"name": "Order Completed", "occurred_at": "2025-03-03"},
    }


def notice(message, fate="sent", at=NOON):
    return FateNotice.objects.create(
        message_id=message.pk,
        enrollment_id=message.enrollment_id,
        step=message.step,
        visit=message.visit,
        fate=fate,
        fated_at=at,
    )


@pytest.mark.parametrize(("fate", "branch"), [("sent", "sent"), ("suppressed", "not_sent")])
def test_hear_fates_lets_the_customer_go_on_from_the_moment_of_the_fate(fate, branch):
    content("hello")
    version = live(
        step("hello", "send_email", {"sent": "pause", "not_sent": "pause"}, content="hello"),
        step("pause", "wait", span="P1D"),
    )
    one = enrolled(version, builders.customer())
    engine.advance(NOON)
    notice(Message.objects.get(), fate, at=NOON + HOUR)

    assert engine.hear_fates(NOON + 2 * HOUR) == 1
    assert engine.hear_fates(NOON + 2 * HOUR) == 0
    engine.advance(NOON + 2 * HOUR)

    assert standing(one) == ("pause", "due", NOON + HOUR + DAY)
    assert log() == [("hello", branch, 1)]
    assert FateNotice.objects.count() == 0


def test_hear_fates_ignores_the_message_of_a_step_that_was_left():
    content("hello")
    version = live(
        step("hello", "send_email", {"next": "pause"}, content="hello", then="move_on"),
        step("pause", "wait", span="P1D"),
    )
    one = enrolled(version, builders.customer())
    engine.advance(NOON)
    notice(Message.objects.get())

    assert engine.hear_fates(NOON) == 1
    assert standing(one) == ("pause", "due", NOON + DAY)


def test_advance_sends_again_at_each_visit_of_a_loop():
    content("hello")
    version = live(
        step("pause", "wait", {"next": "hello"}, span="P1D"),
        step("hello", "send_email", {"next": "pause"}, content="hello"),
    )
    enrolled(version, builders.customer())
    for day in range(4):
        now = NOON + day * DAY
        advance_all(now)
        for message in Message.objects.filter(state="queued"):
            notice(message, at=now)
            message.state, message.due_at = "sent", None
            message.save()
        engine.hear_fates(now)
        advance_all(now)

    assert sorted(Message.objects.values_list("visit", flat=True)) == [2, 4, 6]


def test_advance_waits_until_a_local_time_in_each_customers_zone():
    version = live(step("morning", "wait_until", at="09:00"))
    rome = enrolled(version, builders.customer(time_zone="Europe/Rome"))
    tokyo = enrolled(version, builders.customer(time_zone="Asia/Tokyo"))
    nowhere = enrolled(version, builders.customer(time_zone="Mars/Olympus"))

    engine.advance(NOON)

    assert standing(rome)[2] == NOON.replace(day=4, hour=8)
    assert standing(tokyo)[2] == NOON.replace(day=4, hour=0)
    assert standing(nowhere)[2] == NOON.replace(day=4, hour=8)


def test_wait_for_goes_on_when_the_event_came_although_nobody_listened():
    version = live(
        step("paid", "wait_for", {"happened": "yes", "timed_out": "no"}, event="Paid", at_most="P1D"),
        step("yes", "exit", reason="paid"),
        step("no", "exit", reason="unpaid"),
    )
    payer, late, never = (enrolled(version, builders.customer()) for _ in range(3))
    advance_all(NOON)
    assert standing(payer) == ("paid", "event", NOON + DAY)
    builders.event(payer.customer, "Paid", NOON + HOUR)
    builders.event(late.customer, "Paid", NOON + DAY + HOUR)
    builders.event(never.customer, "Paid", NOON)  # not after the step was reached

    advance_all(NOON + 2 * DAY)

    reasons = Enrollment.objects.order_by("pk").values_list("exit_reason", flat=True)
    assert list(reasons) == ["paid", "unpaid", "unpaid"]


def test_wait_for_sees_an_event_that_came_while_it_could_not_be_seen():
    version = live(step("paid", "wait_for", {"next": None}, event="Paid", at_most="P1D"))
    one = enrolled(version, builders.customer(), reached_at=NOON - HOUR)
    builders.event(one.customer, "Paid", NOON - HOUR / 2)

    advance_all(NOON)

    assert log() == [("paid", "happened", 1)]


@pytest.mark.parametrize("where", [[FIFTY], {"not": True, "rules": [{"not": True, "rules": [FIFTY]}]}])
def test_wait_for_asks_the_filter_of_the_event(where):
    version = live(step("paid", "wait_for", {"next": None}, event="Paid", at_most="P1D", where=where))
    one, two = (enrolled(version, builders.customer()) for _ in range(2))
    advance_all(NOON)
    builders.event(one.customer, "Paid", NOON + HOUR, {"total": 49})
    builders.event(two.customer, "Paid", NOON + HOUR, {"total": 50})

    Enrollment.objects.update(due_at=NOON + 2 * HOUR)
    advance_all(NOON + 2 * HOUR)

    assert standing(one) == ("paid", "event", NOON + DAY)
    assert standing(two)[1] == "ended"


def test_advance_isolates_a_row_that_raises_and_parks_it_after_five_attempts(monkeypatch):
    version = live(step("pause", "wait", span="P1D"))
    bad, good = enrolled(version, builders.customer(), key="bad"), enrolled(version, builders.customer())
    Enrollment.objects.filter(pk=bad.pk).update(reached_at=NOON - HOUR)
    decide = Wait.decide

    def raises(self, moment):
        if moment.reached_at == NOON - HOUR:
            raise ArithmeticError("seven is nine")
        return decide(self, moment)

    monkeypatch.setattr(Wait, "decide", raises)
    now = NOON
    for _ in range(5):
        assert engine.advance(now) >= 1
        now += HOUR

    assert standing(good) == ("pause", "due", NOON + DAY)
    bad.refresh_from_db()
    assert (bad.attempts, bad.is_on_hold) == (5, True)
    assert "seven is nine" in bad.error
    assert engine.advance(now) == 0


def test_advance_isolates_a_row_that_the_database_refuses(monkeypatch):
    version = live(step("paid", "wait_for", event="Paid", at_most="P1D"))
    rows = [enrolled(version, builders.customer()) for _ in range(5)]
    tell = engine.tell

    def refuse(walks, now):
        if any(row.id == rows[2].pk for walk in walks for row in walk.rows):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return tell(walks, now)

    monkeypatch.setattr(engine, "tell", refuse)

    assert engine.advance(NOON) == 5

    assert [standing(row)[1] for row in rows] == ["event", "event", "due", "event", "event"]
    rows[2].refresh_from_db()
    assert rows[2].attempts == 1
    assert "division by zero" in rows[2].error


def test_advance_parks_those_whose_content_is_of_another_channel_by_now():
    changed = content("hello")
    version = live(step("hello", "send_email", content="hello"))
    one = enrolled(version, builders.customer())
    changed.channel = "sms"
    changed.save()

    engine.advance(NOON)

    one.refresh_from_db()
    assert (one.standing, one.attempts, one.due_at) == ("due", 1, NOON + timedelta(minutes=1))
    assert "no such email content" in one.error


def test_advance_goes_no_further_than_the_limit():
    version = live(step("pause", "wait", span="P1D"))
    for _ in range(5):
        enrolled(version, builders.customer())

    assert [engine.advance(NOON, limit=2) for _ in range(4)] == [2, 2, 1, 0]
