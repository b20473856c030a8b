from datetime import timedelta

import pytest

from config import work
from customers.lists import Named, Operation, change_members
from customers.models import Segment
from customers.segments import save_segment
from journeys import services
from journeys.models import Enrollment, Start
from journeys.start import begin, start_members
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, graph, live, step
from tests.threads import at_once

pytestmark = pytest.mark.django_db
STAY = step("stay", "wait", span="P90D")
OF_GUESTS = {"kind": "segment_entered", "segment": "guests", "existing": True}
NIGHTLY = {"kind": "schedule", "segment": "guests", "rrule": "FREQ=DAILY", "begins": "2025-01-01T20:00"}


def guests(many, at=NOON - DAY):
    """A list with so many members, who came at that time."""
    segment = Segment.objects.filter(slug="guests").first()
    segment = segment or save_segment(Segment(slug="guests", name="Guests", kind="list"), at)
    people = [builders.customer(external_id=f"{segment.memberships.count() + n}") for n in range(many)]
    names = [Named(n, str(one.public_id)) for n, one in enumerate(people)]
    change_members(segment, Operation.APPEND, names, at)
    work.settle(at)
    return people


def entered():
    return list(Enrollment.objects.order_by("pk").values_list("customer_id", flat=True))


def start_all(now, limit):
    counts = []
    while many := start_members(now, limit):
        counts.append(many)
    return counts


def test_members_who_are_there_at_publishing_enter_in_chunks():
    people = guests(5)
    version = live(STAY, trigger=OF_GUESTS)

    assert (begin(NOON), begin(NOON)) == (1, 0)
    assert start_all(NOON, 2) == [2, 2, 1]

    assert entered() == [one.pk for one in people]
    start = Start.objects.get()
    assert (start.entered, start.refused, start.finished_at, start.version) == (5, 0, NOON, version)
    first = Enrollment.objects.first()
    assert first.context == {
        "name": "$started",
        "occurred_at": NOON.isoformat(),
        "properties": {"segment": "guests"},
    }
    assert (first.due_at, first.reached_at, first.entered_at) == (NOON, NOON, NOON)


def test_members_do_not_enter_unless_asked_for():
    guests(2)
    live(STAY, trigger=OF_GUESTS | {"existing": False})

    work.settle(NOON)

    assert entered() == []


def test_customers_who_stand_in_a_stage_enter():
    here = builders.customer(stage="use", seen_at=NOON - DAY)
    builders.customer(stage="action", seen_at=NOON - DAY)
    builders.customer(stage="use", seen_at=NOON + DAY)
    live(STAY, trigger={"kind": "stage_reached", "stage": "use", "existing": True})

    work.settle(NOON)

    assert entered() == [here.pk]


def test_next_version_with_the_same_trigger_starts_nobody_anew():
    guests(3)
    version = live(step("bye", "exit", reason="x"), trigger=OF_GUESTS | {"entry": {"policy": "again"}})
    work.settle(NOON)

    services.publish(version.journey_id, NOON + HOUR)
    work.settle(NOON + HOUR)

    assert len(entered()) == 3
    assert Start.objects.count() == 1


def test_next_version_takes_over_the_start_that_is_under_way():
    guests(4)
    journey = live(STAY, trigger=OF_GUESTS).journey
    begin(NOON)
    start_members(NOON, 2)

    second = services.publish(journey.pk, NOON + HOUR)
    work.settle(NOON + HOUR)

    versions = Enrollment.objects.order_by("pk").values_list("version__number", flat=True)
    assert list(versions) == [1, 1, 2, 2]
    assert Start.objects.get().version == second


def test_version_with_another_trigger_ends_the_start_that_is_under_way():
    guests(4)
    journey = live(STAY, trigger=OF_GUESTS).journey
    begin(NOON)
    start_members(NOON, 2)

    services.save_draft(journey.pk, graph(STAY))
    services.publish(journey.pk, NOON + HOUR)
    assert start_members(NOON + HOUR, 2) == 0  # not even before it is begun
    work.settle(NOON + HOUR)

    assert len(entered()) == 2
    assert Start.objects.get().finished_at == NOON + HOUR


def test_start_stands_still_while_its_journey_is_paused():
    guests(4)
    journey = live(STAY, trigger=OF_GUESTS).journey
    begin(NOON)
    start_members(NOON, 2)

    services.pause(journey.pk)
    assert start_members(NOON, 2) == 0
    services.resume(journey.pk, NOON)
    work.settle(NOON)

    assert len(entered()) == 4


def test_rule_and_policy_turn_members_away():
    people = guests(4)
    version = live(STAY, trigger=OF_GUESTS | {"rule": IN_ROME})
    type(people[0]).objects.filter(pk__in=[one.pk for one in people[:3]]).update(traits={"city": "Roma"})
    Enrollment.objects.create(
        version=version, journey=version.journey, customer=people[0], step="stay", reached_at=NOON,
        due_at=NOON + DAY, entered_at=NOON,
    )  # fmt: skip

    work.settle(NOON)

    assert entered() == [one.pk for one in people[:3]]
    assert (Start.objects.get().entered, Start.objects.get().refused) == (2, 2)


def test_scheduled_runs_let_in_all_who_are_members_then():
    first = guests(2)
    live(step("bye", "exit", reason="x"), trigger=NIGHTLY, now=NOON)
    evening = NOON.replace(hour=19)  # 20:00 in Rome

    work.settle(NOON)
    assert entered() == []
    work.settle(evening)
    later = guests(1, at=evening + HOUR)
    work.settle(evening + DAY)

    ids = [one.pk for one in first]
    assert entered() == [*ids, *ids, later[0].pk]
    assert list(Start.objects.order_by("at").values_list("at", "entered")) == [
        (evening, 2),
        (evening + DAY, 3),
        (evening + 2 * DAY, 0),
    ]


def test_runs_that_were_missed_are_one_and_are_passed_over_after_a_day():
    guests(1)
    live(step("bye", "exit", reason="x"), trigger=NIGHTLY, now=NOON)
    work.settle(NOON)
    evening = NOON.replace(hour=19)

    work.settle(evening + 3 * DAY - HOUR)
    assert entered() == []
    work.settle(evening + 3 * DAY)

    assert len(entered()) == 1


def test_once_at_a_moment():
    guests(2)
    at = NOON + timedelta(hours=5)
    live(STAY, trigger={"kind": "schedule", "segment": "guests", "at": at.isoformat()})

    work.settle(at - HOUR)
    assert entered() == []
    work.settle(at)
    work.settle(at + 30 * DAY)

    assert len(entered()) == 2
    assert Start.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_starters_at_the_same_time_let_each_member_in_once():
    people = guests(60)
    live(STAY, trigger=OF_GUESTS | {"entry": {"policy": "again"}})
    begin(NOON)

    def run():
        for _ in range(40):
            start_members(NOON, 3)

    at_once(*[run] * 4)
    start_all(NOON, 3)

    assert sorted(entered()) == [one.pk for one in people]
    assert Start.objects.get().entered == 60


@pytest.mark.django_db(transaction=True)
def test_starter_that_dies_between_chunks_goes_on_where_it_stood(monkeypatch):
    guests(6)
    live(STAY, trigger=OF_GUESTS | {"entry": {"policy": "again"}})
    begin(NOON)
    start_members(NOON, 2)
    with monkeypatch.context() as broken:
        broken.setattr(Start, "save", _die)
        with pytest.raises(RuntimeError, match="killed"):
            start_members(NOON, 2)
    assert len(entered()) == 2

    start_all(NOON, 2)

    assert len(entered()) == len(set(entered())) == 6
    assert Start.objects.get().entered == 6


def _die(*_args, **_kwargs):
    raise RuntimeError("killed")
