import pytest

from channels.models import Message
from customers.merge import Merge, merge_customers
from customers.models import Customer
from customers.privacy import erase_customers, export_customer
from journeys import engine
from journeys.models import Enrollment, StepLog
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
