"""A rule's cost is PostgreSQL's estimate; one beyond the bound is refused, line by line."""

import pytest
from django.db import connection

from customers.cost import check_cost, seconds_for
from customers.models import Customer, Segment, Stage
from customers.preview import preview
from customers.rules import RuleError, parse
from customers.segments import save_segment
from customers.stages import save_stage_rule
from tests.builders import NOON
from tests.customers.rules.test_plans import EVENTS

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
BOUGHT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2}
BOTH = {"combinator": "and", "rules": [ROMAN, BOUGHT]}


@pytest.fixture
def crowd(db: None) -> None:  # noqa: ARG001 - the database
    """2,000 customers with 20 events each."""
    Customer.objects.bulk_create(Customer(first_seen_at=NOON, last_seen_at=NOON) for _ in range(2000))
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [NOON, NOON])
        cursor.execute("ANALYZE customers_customer, customers_event")


@pytest.mark.usefixtures("crowd")
def test_what_reads_more_costs_more_and_nothing_is_read_to_know_it(django_assert_num_queries):
    with django_assert_num_queries(3):
        trait, one, two = (
            seconds_for(parse(tree), NOON)
            for tree in (ROMAN, BOUGHT, {"rules": [BOUGHT, BOUGHT | {"event": "Product Viewed"}]})
        )

    assert 0 < trait < one < two < 1


@pytest.mark.usefixtures("crowd")
def test_a_rule_beyond_the_bound_is_refused_with_its_costliest_line_first(settings):
    settings.RULE_SECONDS = 0

    with pytest.raises(RuleError) as refused:
        check_cost(parse(BOTH), NOON)

    assert [problem["path"] for problem in refused.value.errors] == ["", "rules.1", "rules.0"]
    assert refused.value.errors[0]["message"].startswith("To ask everybody this rule would take the database")
    assert refused.value.errors[1]["message"] == "This line alone takes about 0 seconds."


@pytest.mark.usefixtures("crowd")
def test_a_rule_that_costs_too_much_is_neither_saved_nor_previewed(settings):
    settings.RULE_SECONDS = 0

    with pytest.raises(RuleError, match="To ask everybody"):
        save_segment(Segment(slug="both", name="Both", rule=BOTH), NOON)
    with pytest.raises(RuleError, match="To ask everybody"):
        save_stage_rule(Stage.objects.get(slug="use"), BOTH, NOON)
    with pytest.raises(RuleError, match="To ask everybody"):
        preview(parse(BOTH), NOON)

    assert not Segment.objects.exists()
