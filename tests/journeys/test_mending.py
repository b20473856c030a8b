import pytest

from channels.models import Content, Message
from config import work
from customers.models import Segment
from journeys import engine, services
from journeys.mending import Lack, lacks, mend
from journeys.models import Enrollment
from journeys.queries import stuck
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db
IN_VIP = {"field": "segment", "operator": "in", "value": "vip"}


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def advance_all(now):
    while engine.advance(now):
        pass


def waiting_for_mail(many=3):
    content("hello")
    version = live(
        step("pause", "wait", {"next": "hello"}, span="P1D"), step("hello", "send_email", content="hello")
    )
    for _ in range(many):
        enrolled(version, builders.customer())
    advance_all(NOON)
    return version


def test_those_whose_content_is_gone_stop_at_the_step_without_an_attempt():
    waiting_for_mail()
    Content.objects.all().delete()

    for day in range(1, 12):
        advance_all(NOON + day * DAY)

    columns = ("step", "visit", "standing", "is_on_hold", "attempts", "lacks", "error")
    error = "The content 'hello' is gone, which this step needs: it goes on when that is there again."
    assert set(Enrollment.objects.values_list(*columns)) == {
        ("hello", 2, "due", True, 0, "content:hello", error)
    }
    assert mend(NOON + 12 * DAY) == 0


def test_they_go_on_by_themselves_when_the_content_is_there_again():
    version = waiting_for_mail()
    Content.objects.all().delete()
    work.settle(NOON + DAY)
    assert lacks() == [Lack(version.journey_id, "content:hello", 3)]

    content("hello")
    work.settle(NOON + DAY + HOUR)

    assert lacks() == []
    assert set(Message.objects.values_list("content__slug", "step", "visit")) == {("hello", "hello", 2)}
    assert Message.objects.count() == 3
    assert set(Enrollment.objects.values_list("exit_reason", "error")) == {("finished", "")}


def test_those_whose_segment_is_gone_stop_and_do_not_go_by_else():
    vip = Segment.objects.create(slug="vip", name="VIP")
    version = live(
        step("pause", "wait", {"next": "who"}, span="P1D"),
        step("who", "branch", {"vip": None, "else": None}, rules=[{"branch": "vip", "rule": IN_VIP}]),
    )
    one = enrolled(version, builders.customer())
    advance_all(NOON)
    Segment.objects.filter(pk=vip.pk).update(archived_at=NOON)
    work.settle(NOON + DAY)
    one.refresh_from_db()
    assert (one.step, one.standing, one.lacks) == ("who", "due", "segment:vip")

    Segment.objects.filter(pk=vip.pk).update(archived_at=None)
    work.settle(NOON + DAY)

    one.refresh_from_db()
    assert (one.standing, one.exit_reason, one.log.last().branch) == ("ended", "finished", "else")


def test_whoever_has_the_fate_of_the_message_needs_its_content_no_more():
    version = waiting_for_mail(1)
    Enrollment.objects.update(step="hello", fate="sent", due_at=NOON)
    Message.objects.all().delete()
    Content.objects.all().delete()

    advance_all(NOON)

    assert version.enrollments.get().exit_reason == "finished"


def test_those_of_a_paused_journey_stay_on_hold_until_it_is_resumed():
    version = waiting_for_mail(1)
    Content.objects.all().delete()
    advance_all(NOON + DAY)
    services.pause(version.journey_id)
    content("hello")

    assert mend(NOON + DAY) == 1
    assert version.enrollments.get().is_on_hold
    services.resume(version.journey_id, NOON + DAY)
    advance_all(NOON + DAY)

    assert version.enrollments.get().standing == "message"


def test_exits_take_those_along_who_lack_something():
    version = waiting_for_mail(1)
    Content.objects.all().delete()
    advance_all(NOON + DAY)

    services.archive(version.journey_id, NOON + DAY)

    assert (lacks(), version.enrollments.get().exit_reason) == ([], "archived")
