import pytest
from django.db.models import Sum

from channels.models import Message
from customers.merge import Merge, merge_customers
from customers.models import Customer, MergeRecord
from customers.privacy import erase_customers, export_customer
from customers.unmerge import unmerge
from journeys import engine
from journeys.models import EndTally, Enrollment, StepLog
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P2D")


def test_merge_leaves_one_enrollment_for_each_journey_and_key():
    version, other = live(step("pause", "wait", span="P2D")), live(PAUSE, slug="other")
    old, kept = builders.customer(), builders.customer()
    first = enrolled(version, old)
    second = enrolled(version, kept, now=NOON + HOUR)
    elsewhere = enrolled(other, old)
    past = enrolled(version, old, standing="ended", due_at=None, ended_at=NOON)
    engine.advance(NOON)
    StepLog.objects.create(
        enrollment=first, customer=old, version=version, step="x", visit=1, reached_at=NOON, left_at=NOON
    )

    merge_customers([Merge(old.pk, kept.pk)], NOON + DAY)

    reasons = dict(Enrollment.objects.values_list("pk", "exit_reason"))
    assert reasons == {first.pk: "", second.pk: "merged", elsewhere.pk: "", past.pk: ""}
    assert set(Enrollment.objects.values_list("customer_id", flat=True)) == {kept.pk}
    assert set(StepLog.objects.values_list("customer_id", flat=True)) == {kept.pk}


def test_unmerge_gives_enrollments_back_and_lets_the_ended_one_go_on():
    version = live(PAUSE)
    old, kept = builders.customer(), builders.customer()
    first, second = enrolled(version, old), enrolled(version, kept, now=NOON + HOUR)
    engine.advance(NOON + HOUR)
    stood = Enrollment.objects.filter(pk=second.pk).values().get()
    counted = sorted(EndTally.objects.filter(ended__gt=0).values_list("exit_reason", "ended"))
    merge_customers([Merge(old.pk, kept.pk)], NOON + 2 * HOUR)
    engine.advance(NOON + 3 * DAY)

    unmerge(MergeRecord.objects.get().pk, "ada", "Two people", NOON + 3 * DAY)

    assert Enrollment.objects.filter(pk=second.pk).values().get() == stood
    assert dict(Enrollment.objects.values_list("pk", "customer_id")) == {
        first.pk: old.pk,
        second.pk: kept.pk,
    }
    log = StepLog.objects.values_list("enrollment_id", "customer_id").distinct()
    assert set(log) == {(first.pk, old.pk)}
    merged = EndTally.objects.filter(exit_reason="merged").aggregate(many=Sum("ended"))
    assert (counted, merged["many"]) == ([], 0)


def test_unmerge_opens_the_message_that_the_merge_withdrew():
    content("hello")
    version = live(step("hello", "send_email", {"next": None}, content="hello"))
    old, kept = builders.customer(email="a@example.com"), builders.customer(email="b@example.com")
    enrolled(version, old)
    second = enrolled(version, kept, now=NOON + HOUR)
    engine.advance(NOON + HOUR)
    merge_customers([Merge(old.pk, kept.pk)], NOON + 2 * HOUR)
    assert Message.objects.get(enrollment_id=second.pk).state == "suppressed"

    unmerge(MergeRecord.objects.get().pk, "ada", "Two people", NOON + 3 * HOUR)

    message = Message.objects.get(enrollment_id=second.pk)
    assert (message.state, message.reason, message.due_at, message.closed_at) == (
        "queued",
        "",
        NOON + 3 * HOUR,
        None,
    )
    second.refresh_from_db()
    assert (second.standing, second.due_at) == ("message", None)


def test_erase_leaves_no_trace_in_journeys():
    content("hello")
    version = live(step("hello", "send_email", {"next": None}, content="hello", then="move_on"))
    one, other = builders.customer(), builders.customer()
    for each in (one, other):
        enrolled(version, each)
    engine.advance(NOON)

    assert erase_customers([one.pk], NOON)

    for rows in (Enrollment, StepLog, Message):
        assert set(rows.objects.values_list("customer_id", flat=True)) == {other.pk}
    assert not Customer.objects.filter(pk=one.pk).exists()


def test_export_tells_of_the_journeys():
    one = builders.customer()
    enrolled(live(PAUSE), one, context={"name": "Order Completed"})

    assert [row["journey__slug"] for row in export_customer(one.pk)["journeys"]] == ["welcome"]
