from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given, settings

from config import work
from customers import preview
from customers.difference import difference
from customers.models import Membership, Segment
from customers.preview import PreviewTooSlowError
from customers.rules import RuleError, members, parse
from customers.segments import save_segment, segment_members
from tests.builders import NOON, customer, event
from tests.customers.rules.population import leaves, trees

pytestmark = pytest.mark.django_db
free = leaves().filter(lambda leaf: leaf["field"] != "segment")


def city(name: str) -> dict[str, str]:
    return {"field": "trait", "trait": "city", "operator": "equals", "value": name}


def kept(rule: dict[str, object]) -> Segment:
    segment = save_segment(Segment(slug="romans", name="Romans", rule=rule), NOON)
    work.settle(NOON)
    return segment


def test_difference_counts_who_would_come_and_go_and_tells_the_newest():
    romans = [customer(traits={"city": "Roma"}) for _ in range(3)]
    others = [customer(traits={"city": "Bari"}) for _ in range(4)]
    stays = customer(traits={"city": "Roma", "x": 1})
    segment = kept(city("Roma"))
    wanted = {
        "combinator": "or",
        "rules": [city("Bari"), {"field": "trait", "trait": "x", "operator": "is_set"}],
    }

    found = difference(segment, parse(wanted), NOON, sample=2)

    assert (found.entering.count, found.entering.sample) == (4, [others[3], others[2]])
    assert (found.leaving.count, found.leaving.sample) == (3, [romans[2], romans[1]])
    assert stays not in found.leaving.sample


def test_difference_of_a_rule_about_events_reads_each_customer_once():
    one, segment = customer(), kept({})
    for _ in range(3):
        event(one)
    bought = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1}

    found = difference(segment, parse(bought), NOON)

    assert (found.entering.count, found.leaving.count) == (1, 0)


def test_difference_to_the_rule_that_holds_is_nothing():
    customer(traits={"city": "Roma"})
    segment = kept(city("Roma"))

    found = difference(segment, parse(city("Roma")), NOON)

    assert (found.entering.count, found.leaving.count) == (0, 0)


def test_difference_of_a_new_segment_is_all_whom_the_rule_finds():
    one = customer(traits={"city": "Roma"})

    assert difference(Segment(), parse(city("Roma")), NOON).entering.sample == [one]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=trees(free), second=trees(free))
def test_difference_is_what_saving_does(first, second):
    with transaction.atomic():
        people = [customer(traits={"city": name}) for name in ("Roma", "Bari", "Roma")]
        for person in people[:2]:
            event(person)
        segment = kept(first)
        was = set(segment_members(segment))
        found = difference(segment, parse(second), NOON)
        will = set(members(parse(second), NOON))
        transaction.set_rollback(True)

    assert set(found.entering.sample) == will - was
    assert set(found.leaving.sample) == was - will
    assert (found.entering.count, found.leaving.count) == (len(will - was), len(was - will))


def test_a_list_has_no_rule_to_compare_with():
    guests = save_segment(Segment(slug="guests", name="Guests", kind="list"), NOON)

    with pytest.raises(RuleError, match="A list has no rule"):
        difference(guests, parse(city("Roma")), NOON)


def test_difference_writes_nothing_and_gives_its_limits_back():
    customer(traits={"city": "Roma"})
    segment = kept(city("Bari"))

    difference(segment, parse(city("Roma")), NOON)

    assert Membership.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("off",)
    assert customer().pk


def test_a_difference_that_takes_too_long_says_so(monkeypatch):
    customer()
    asleep = RawSQL("pg_sleep(30) IS NOT NULL", (), BooleanField())
    rule = parse(city("Roma"))
    monkeypatch.setattr(preview, "LONGEST", timedelta(milliseconds=50))
    monkeypatch.setattr(type(rule.root), "condition", lambda _node, _facts: asleep)

    with pytest.raises(PreviewTooSlowError, match="narrow it"):
        difference(Segment(), rule, NOON)
