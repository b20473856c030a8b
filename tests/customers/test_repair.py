import io
import random

import pytest
from django.core.management import call_command

from config import clock, work
from customers import repair as module
from customers.models import Consent, Customer, Event, Identity, Membership, News, RepairSweep, Segment, Stage
from customers.news import tell
from customers.repair import repair, repair_all
from customers.segments import save_segment, segment_members
from customers.stages import save_stage_rule
from insights.invariants import broken
from tests.builders import DAY, HOUR, NOON, customer, event

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
BOUGHT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1, "within": "P30D"}
UNREACHABLE = {"field": "reachable", "operator": "not_reachable", "channel": "email"}
INSIDE = {"field": "segment", "operator": "in", "value": "romans"}
INVARIANT = "a membership or stage that the latest repairs found wrong"


@pytest.fixture(autouse=True)
def people():
    """Four from Rome, who bought, and one from Bari; two segments, of which one reads the other; a stage."""
    romans = [customer(traits={"city": "Roma"}) for _ in range(4)]
    other = customer(traits={"city": "Bari"})
    for person in romans:
        event(person)
    for slug, rule in (("romans", ROMAN), ("inside", INSIDE)):
        save_segment(Segment(slug=slug, name=slug, rule=rule), NOON)
    save_stage_rule(Stage.objects.get(slug="action"), BOUGHT, NOON)
    work.settle(NOON)
    return [*romans, other]


def kept():
    stays = Membership.objects.filter(left_at=None).values_list("segment__slug", "customer")
    return set(stays), set(Customer.objects.values_list("pk", "stage"))


def counts(sweep):
    return sweep.customers, sweep.missing, sweep.surplus, sweep.misplaced


def test_what_is_true_is_left_as_it_is():
    before, events = kept(), Event.objects.count()

    assert repair(NOON + HOUR) == 0

    sweep = RepairSweep.objects.get()
    assert (counts(sweep), sweep.findings, sweep.finished_at) == ((5, 0, 0, 0), {}, NOON + HOUR)
    assert (kept(), Event.objects.count()) == (before, events)
    assert broken(NOON + HOUR)[INVARIANT] == 0


def test_damage_is_counted_told_and_mended(people):
    before = kept()
    romans = Segment.objects.get(slug="romans")
    Membership.objects.filter(customer=people[0]).delete()
    Membership.objects.create(segment=romans, customer=people[4], entered_at=NOON)
    Customer.objects.filter(pk=people[1].pk).update(stage=2)

    assert repair(NOON + HOUR) == 4

    sweep = RepairSweep.objects.get()
    assert counts(sweep) == (5, 2, 1, 1)
    assert sweep.findings == {"segment romans": 2, "segment inside": 1, "stage": 1}
    assert kept() == before
    assert Membership.objects.get(customer=people[4]).left_at == NOON + HOUR
    last = Event.objects.filter(customer=people[0]).order_by("id").last()
    assert (last.name, last.occurred_at) == ("$segment_entered", NOON + HOUR)
    assert broken(NOON + HOUR)[INVARIANT] == 4


def test_damage_at_random_is_found_to_the_row(people):
    dice = random.Random(5)
    segments = list(Segment.objects.all())
    for _ in range(20):
        before, changed = kept()[0], set()
        for person in people:
            for segment in segments:
                if dice.random() < 0.4:
                    changed.add((segment.slug, person.pk))
                    stays = Membership.objects.filter(segment=segment, customer=person, left_at=None)
                    if not stays.delete()[0]:
                        Membership.objects.create(segment=segment, customer=person, entered_at=NOON)

        sweep = repair_all(NOON + HOUR)

        assert kept()[0] == before
        assert (sweep.missing, sweep.surplus) == (len(changed & before), len(changed - before))


def test_everybody_is_looked_at_a_few_at_a_time_once_a_day(monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 2)
    looks = []
    for minute in range(4):
        repair(NOON + minute * HOUR / 60)
        looks.append(list(RepairSweep.objects.order_by("pk").values_list("customers", flat=True)))

    assert looks == [[2], [4], [5], [5]]
    repair(NOON + DAY)
    assert RepairSweep.objects.count() == 2


def test_a_segment_that_is_being_rebuilt_is_not_wrong_yet(people):
    romans = Segment.objects.get(slug="romans")
    romans.rule = ROMAN | {"value": "Bari"}
    save_segment(romans, NOON + HOUR)
    save_stage_rule(Stage.objects.get(slug="use"), BOUGHT, NOON + HOUR)

    assert repair(NOON + HOUR) == 0
    assert set(segment_members(romans)) == set(people[:4])


def test_whom_time_has_moved_is_left_to_the_recheck():
    stage = {"field": "stage", "operator": "is", "value": "action"}
    recent = {"field": "event", "event": "Order Completed", "operator": "less", "value": 1, "within": "P30D"}
    rule = {"combinator": "and", "rules": [stage, recent]}
    save_segment(Segment(slug="quiet", name="Quiet", rule=rule), NOON)
    work.settle(NOON)

    assert repair(NOON + 40 * DAY) == 0
    work.settle(NOON + 40 * DAY)

    assert segment_members(Segment.objects.get(slug="quiet")).count() == 4


def test_lists_and_archived_segments_are_nobodys_to_mend(people):
    guests = save_segment(Segment(slug="guests", name="Guests", kind="list"), NOON)
    for segment in (guests, Segment.objects.get(slug="inside")):
        Membership.objects.filter(segment=segment).delete()
        Membership.objects.create(segment=segment, customer=people[4], entered_at=NOON)
    Segment.objects.filter(slug="inside").update(archived_at=NOON)

    assert repair(NOON + HOUR) == 0
    assert segment_members(guests).count() == 1


def test_a_repair_is_work_of_its_sweep_alone():
    work.settle(clock.now())
    Membership.objects.all().delete()

    assert "customers.repair" not in work.settle(clock.now())
    assert work.perform("customers.repair") == 8
    assert RepairSweep.objects.get().missing == 8


def test_command_looks_at_everybody_now():
    work.settle(clock.now())
    repair(clock.now())
    Membership.objects.filter(segment__slug="inside").delete()
    told = io.StringIO()

    call_command("repair", stdout=told)

    assert told.getvalue().splitlines() == [
        "5 customers: 4 members missing, 0 too many, 0 stages wrong.",
        "     4  segment inside",
    ]


def test_a_look_asks_as_many_queries_for_many_as_for_few(django_assert_num_queries):
    repair(NOON)
    for _ in range(30):
        customer(traits={"city": "Bari"})
    repair(NOON + DAY)

    with django_assert_num_queries(20):
        repair(NOON + 2 * DAY)
    for _ in range(60):
        customer(traits={"city": "Bari"})
    repair(NOON + 3 * DAY)
    with django_assert_num_queries(20):
        repair(NOON + 4 * DAY)


def test_a_customer_about_whom_there_is_news_is_not_wrong_yet(people):
    save_segment(Segment(slug="unreachable", name="Unreachable", rule=UNREACHABLE), NOON)
    work.settle(NOON)
    Identity.objects.create(customer=people[0], kind="email", value="a@example.com", created_at=NOON)
    Consent.objects.create(customer=people[0], channel="email", is_granted=True, changed_at=NOON)
    tell([people[0].pk], News.What.REACH)

    assert repair(NOON + DAY) == 0

    work.settle(NOON + DAY)
    assert people[0] not in segment_members(Segment.objects.get(slug="unreachable"))
