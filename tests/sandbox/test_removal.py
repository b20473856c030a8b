"""The sample goes, and what is a shop's own stays."""

import fcntl

import pytest

from campaigns.broadcast import launch
from campaigns.models import Broadcast
from channels.models import Cap, Content, Message
from customers.models import Customer, Event, Segment, Source, Stage
from customers.rules import RuleError
from customers.segments import delete_segment
from customers.services import suppress
from journeys.models import Enrollment, Journey, StepLog
from sandbox import shop
from sandbox.models import Replay
from sandbox.receivers.store import FILE, Store
from sandbox.removal import LOG, SAMPLE, RemovalError, remove_sample
from tests.builders import DAY, HOUR, NOON
from tests.channels import rows
from tests.customers.calls import call, identify, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR = tmp_path
    Store(tmp_path / FILE).create()
    return tmp_path


@pytest.fixture
def replay(var):
    """The shop, opened; two of its customers who are in its journeys, and one of another source."""
    for kind in ("email", "sms", "push", "webhook"):
        rows.channel(kind, str(var / "journal"))
    shop.open_shop(NOON)
    till, own = Source.objects.create(name=LOG), Source.objects.create(name="Our shop")
    for number in range(2):
        known = {"external_id": f"household-{number}"}
        receive(
            identify(traits={"email": f"h{number}@example.com", "consents": {"email": True}}, **known),
            call(event="Order Completed", properties={"total": 20}, **known),
            source_id=till.pk,
        )
    receive(call(external_id="mine"), source_id=own.pk)
    suppress([("email", "h1@example.com")], "by_hand", NOON)
    return Replay.objects.create(
        name=SAMPLE, starts_at=NOON - DAY, ends_at=NOON, reached_at=NOON, finished_at=NOON
    )


def test_customers_of_the_sample_are_erased_and_others_stay(replay, var):
    assert Enrollment.objects.exists()
    shop.schedule_harvest(NOON, NOON)
    launch(NOON)

    assert remove_sample(NOON + HOUR) == 2

    (mine,) = Customer.objects.all()
    assert list(mine.identities.values_list("value", flat=True)) == ["mine"]
    assert set(Event.objects.values_list("customer_id", flat=True)) == {mine.pk}
    assert not Enrollment.objects.exclude(customer=mine).exists()
    assert not StepLog.objects.exclude(enrollment__customer=mine).exists()
    assert not Message.objects.exclude(customer=mine).exists()
    assert set(Journey.objects.values_list("state", flat=True)) == {"archived"}
    assert not Segment.objects.filter(slug__in=shop.segment_slugs()).exists()
    assert not Broadcast.objects.exists()
    assert Cap.objects.exists()
    assert Content.objects.exists()
    assert Stage.objects.exclude(rule={}).exists()
    assert sum(Store(var / FILE).counts().values()) == 0
    replay.refresh_from_db()
    assert replay.removed_at == NOON + HOUR


@pytest.mark.usefixtures("replay")
def test_who_was_made_up_may_come_back():
    remove_sample(NOON + HOUR)

    receive(identify(external_id="household-0", traits={"email": "h0@example.com"}), now=NOON + DAY)

    assert Customer.objects.count() == 2


@pytest.mark.usefixtures("replay")
def test_segment_to_which_a_broadcast_of_their_own_went_stays():
    regulars, harvest = Segment.objects.get(slug="regulars"), Content.objects.get(slug="harvest-email")
    Broadcast.objects.create(name="Ours", content=harvest, segment=regulars, state="finished")

    remove_sample(NOON + HOUR)

    assert list(Segment.objects.values_list("slug", flat=True)) == ["regulars"]
    with pytest.raises(RuleError, match=r"stays, for Ours went to it\. Archive it instead"):
        delete_segment(regulars)


@pytest.mark.usefixtures("replay")
def test_segment_that_something_else_reads_stays():
    slug = shop.segment_slugs()[0]
    Segment.objects.create(slug="own", name="Own", rule={"field": "segment", "operator": "in", "value": slug})

    remove_sample(NOON + HOUR)

    assert set(Segment.objects.values_list("slug", flat=True)) == {slug, "own"}


@pytest.mark.usefixtures("replay")
def test_without_a_sample_that_is_at_its_end_there_is_nothing_to_take_out():
    remove_sample(NOON + HOUR)

    with pytest.raises(RemovalError, match="There is no sample to be taken out"):
        remove_sample(NOON + HOUR)


@pytest.mark.usefixtures("replay")
def test_it_waits_for_no_replay(var):
    with (var / "replay.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RemovalError, match="replay"):
            remove_sample(NOON + HOUR)

    assert Customer.objects.count() == 3
