"""Who would enter and leave a segment if its rule were another: read-only, and never for long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from customers.models import Customer, Membership, Segment
from customers.preview import Preview, limited
from customers.rules import Rule
from customers.rules.facts import Grouped
from customers.segments import check_has_rule

# One pass over everybody; of those who would move all are counted and the newest few are told.
MOVED = """
    SELECT is_in, count, id FROM (
        SELECT id, is_in, count(*) OVER (PARTITION BY is_in) AS count,
               row_number() OVER (PARTITION BY is_in ORDER BY id DESC) AS place
        FROM ({asked}) AS asked (id, holds, is_in) WHERE holds <> is_in
    ) AS moved
    WHERE place <= %s ORDER BY id DESC
"""


@dataclass(frozen=True)
class Difference:
    """Whom a rule would bring in and whom it would put out, each as a count and the newest few."""

    entering: Preview
    leaving: Preview


def difference(segment: Segment, rule: Rule, now: datetime, sample: int = 10) -> Difference:
    """What saving `rule` for the segment would do at `now`; PreviewTooSlowError where it takes too long.

    RuleError for a list: its members are nobody's to find.
    """
    check_has_rule(segment)
    sql, params = _asked(segment, rule, now)
    with limited():
        with connection.cursor() as cursor:
            cursor.execute(MOVED.format(asked=sql), [*params, sample])
            rows = cursor.fetchall()
        told = Customer.objects.select_related("stage").in_bulk([of for *_, of in rows])
    return Difference(
        entering=_preview((count, told[of]) for is_in, count, of in rows if not is_in),
        leaving=_preview((count, told[of]) for is_in, count, of in rows if is_in),
    )


def _asked(segment: Segment, rule: Rule, now: datetime) -> tuple[str, tuple[Any, ...]]:
    """Of every customer whether the rule holds, and whether they are in the segment."""
    facts = Grouped(now)
    holds = rule.root.condition(facts)
    stays = Membership.objects.filter(segment=segment.pk, customer_id=OuterRef("pk"), left_at=None)
    asked = facts.join(Customer.objects.order_by()).values_list("id", holds, Exists(stays))
    return asked.query.sql_with_params()


def _preview(moved: Iterable[tuple[int, Customer]]) -> Preview:
    found = list(moved)
    return Preview(found[0][0] if found else 0, [customer for _count, customer in found])
