"""Segments: how they are changed, and who is in them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from config import work
from customers.checks import check_rule, definitions_that_read
from customers.definitions import segment_name
from customers.events import lock_events
from customers.models import Customer, Segment
from customers.rules import Problem, RuleError

users: list[Callable[[Sequence[str]], list[tuple[str, str]]]] = []  # what above us uses segments, by key


def save_segment(segment: Segment, now: datetime) -> Segment:
    """Store a new or edited segment and have its members found; RuleError where its rule is no good.

    Members are found by the piece of work `customers.rebuild`, at once but not in this transaction. A segment
    that is not active keeps its members as they are.
    """
    with transaction.atomic():
        lock_definitions()
        was = Segment.objects.filter(pk=segment.pk).first() if segment.pk else None
        if was and was.slug != segment.slug:
            _check_unused(was.slug, "slug")
        if Segment.objects.filter(slug=segment.slug).exclude(pk=segment.pk).exists():
            raise RuleError([Problem(path="slug", message=_("There is a segment with this key already."))])
        check_rule(segment_name(segment.slug), segment.rule)
        if was is None or was.rule != segment.rule or was.is_active != segment.is_active:
            segment.changed_at, segment.rebuilt_at, segment.rebuilt_to = now, None, 0
            work.wake("customers.rebuild")
        segment.save()
    return segment


def delete_segment(segment: Segment) -> None:
    """Delete a segment with its memberships; RuleError where another rule reads it."""
    with transaction.atomic():
        lock_definitions()
        Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)  # as a rebuild does: row, then lock
        lock_events()
        _check_unused(segment.slug, "")
        segment.delete()


def _check_unused(slug: str, path: str) -> None:
    above = [use for uses_of in users for _slug, use in uses_of([slug])]
    if found := [*definitions_that_read(segment_name(slug)), *above]:
        message = _("The segment %(slug)s is used by: %(users)s. Change them first.")
        raise RuleError([Problem(path=path, message=message % {"slug": slug, "users": ", ".join(found)})])


def lock_definitions() -> None:
    """One change of a rule at a time, so that two can't close a cycle together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7, 2)")


def segment_members(segment: Segment) -> QuerySet[Customer]:
    """Who is in the segment now."""
    stays = segment.memberships.filter(left_at=None)
    return Customer.objects.filter(pk__in=stays.values("customer_id"))


def member_counts(segment_ids: Sequence[int]) -> dict[int, int]:
    """How many customers are in each of the segments."""
    counted = Segment.objects.filter(pk__in=segment_ids).annotate(
        size=Count("memberships", filter=Q(memberships__left_at=None))
    )
    return dict(counted.order_by().values_list("pk", "size"))
