"""A wait for a rule: kept true by an internal segment, for as long as a version in force waits for it."""

import pytest

from config import work
from customers.models import Segment
from customers.services import upsert_customer
from customers.tracking.calls import Call
from journeys import services
from journeys.faults import GraphError
from journeys.models import StepLog
from journeys.queries import stuck
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, LIKES_TEA, ORDERED, draft, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
BYE = step("bye", "exit")


def wait(rule=IN_ROME):
    awaited = [{"branch": "roman", "rule": rule}, {"branch": "paid", "event": "Paid"}]
    return step("wait", "wait_for", **{"for": awaited}, at_most="P7D")


def tell(customer, now, **traits):
    external_id = customer.identities.get().value
    upsert_customer(
        Call(
            kind="identify",
            message_id=f"m{now}",
            occurred_at=now,
            identities={"external_id": external_id},
            traits=traits,
        ),
        now,
    )


def taken():
    return list(StepLog.objects.values_list("branch", flat=True))


def test_who_is_so_already_goes_on_at_once():
    version = live(wait())
    work.settle(NOON)
    enrolled(version, builders.customer(external_id="a", traits={"city": "Roma"}))

    work.settle(NOON)

    assert taken() == ["roman"]
    assert stuck() == []


def test_who_becomes_so_goes_on_when_it_is_told():
    version = live(wait())
    work.settle(NOON)
    roman, other = (builders.customer(external_id=name) for name in "ab")
    first, second = enrolled(version, roman), enrolled(version, other)
    work.settle(NOON)

    tell(roman, NOON + HOUR, city="Roma")
    work.settle(NOON + HOUR)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.standing, second.standing) == ("ended", "event")
    assert taken() == ["roman"]


def test_who_becomes_so_by_time_alone_goes_on_then():
    quiet = {"field": "event", "event": "Paid", "aggregate": "count", "operator": "equals", "value": 0}
    customer = builders.customer(external_id="a")
    builders.event(customer, "Paid", NOON - DAY)
    version = live(wait(quiet | {"within": "P2D"}))
    work.settle(NOON)
    enrolled(version, customer)
    work.settle(NOON)
    assert taken() == []

    for hours in (12, 25):
        work.settle(NOON + hours * HOUR)

    assert taken() == ["roman"]


def test_segments_of_waits_are_shown_nowhere_and_gone_when_nobody_waits():
    version = live(wait())
    one = enrolled(version, builders.customer(external_id="a"))
    work.settle(NOON)
    assert list(Segment.objects.all()) == []
    (slug,) = version.awaited
    assert Segment.every.get().slug == slug

    services.save_draft(version.journey_id, graph(wait(LIKES_TEA)))
    newer = services.publish(version.journey_id, NOON)
    work.settle(NOON)
    assert {segment.slug for segment in Segment.every.all()} == {slug, *newer.awaited}

    services.exit_enrollments([one.pk], "gone", NOON)
    work.settle(NOON)
    assert [segment.slug for segment in Segment.every.all()] == newer.awaited

    services.archive(version.journey_id, NOON)
    work.settle(NOON)
    assert list(Segment.every.all()) == []


def test_two_journeys_share_the_segment_of_one_rule():
    live(wait())
    live(wait(dict(reversed(IN_ROME.items()))), slug="other", trigger=ORDERED)

    assert Segment.every.count() == 1


def test_a_rule_that_can_t_be_is_refused_where_it_stands():
    journey = draft(wait({"field": "segment", "operator": "in", "value": "nobody"}))

    with pytest.raises(GraphError) as caught:
        services.publish(journey.pk, NOON)

    assert caught.value.errors[0]["path"] == "steps.wait.settings.for.0.rule"
