"""Rules that journeys wait for: each is kept true as an internal segment while a version in force waits."""

from datetime import datetime

from django.db import connection

from customers.models import Segment
from customers.rules import RuleError
from customers.segments import delete_segment, keep_internal
from journeys.checks import rules_awaited
from journeys.faults import Faults
from journeys.graph import Graph
from journeys.steps.wait_for import segment_of_rule


def keep_awaited(graph: Graph, now: datetime) -> list[str]:
    """Keep the rules that a graph waits for, from now on; returns their segments. GraphError: it can't be."""
    faults = Faults()
    slugs = []
    for path, rule in rules_awaited(graph):
        slugs.append(segment_of_rule(rule))
        try:
            keep_internal(slugs[-1], rule, now)
        except RuleError as error:
            faults.add_nested(path, error.errors)
    faults.raise_any()
    return sorted(set(slugs))


# Plan: the few internal segments against the versions that name them; of these a probe of
# enrollment_at_step.
UNAWAITED = """
    SELECT segment.id FROM customers_segment segment
    WHERE segment.is_internal AND NOT EXISTS (
        SELECT FROM journeys_journeyversion version
        WHERE segment.slug = ANY(version.awaited) AND (
            EXISTS (SELECT FROM journeys_journey journey
                    WHERE journey.live_version_id = version.id AND journey.state <> 'archived')
            OR EXISTS (SELECT FROM journeys_enrollment row
                       WHERE row.version_id = version.id AND row.standing <> 'ended')))
"""


def drop_unawaited(now: datetime) -> int:
    """Delete the internal segments of which no version in force needs to know; returns how many."""
    del now
    with connection.cursor() as cursor:
        cursor.execute(UNAWAITED)
        ids = [row[0] for row in cursor.fetchall()]
    return sum(_drop(segment) for segment in Segment.every.filter(pk__in=ids))


def _drop(segment: Segment) -> bool:
    try:
        delete_segment(segment)
    except (RuleError, Segment.DoesNotExist):  # published meanwhile, or gone
        return False
    return True
