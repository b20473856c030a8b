"""Segments: how they are changed, archived and deleted, what uses them, and who is in them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from config import work
from config.database import LOCKS
from customers.checks import check_rule, rules_that_read
from customers.definitions import segment_name
from customers.events import lock_events
from customers.models import Customer, Segment
from customers.rules import Problem, RuleError

users: list[Callable[[Sequence[str]], list[tuple[str, str]]]] = []  # what above us uses segments, by key


def save_segment(segment: Segment, now: datetime) -> Segment:
    """Store a new or edited segment and have its members found; RuleError where its rule is no good.

    Members are found by the piece of work `customers.rebuild`, at once but not in this transaction. One that
    is archived keeps its members as they are, until it is brought back.
    """
    with transaction.atomic():
        lock_definitions()
        was = Segment.every.filter(pk=segment.pk).first() if segment.pk else None
        if was and was.slug != segment.slug:
            _check_unused(was.slug, "slug")
        if Segment.every.filter(slug=segment.slug).exclude(pk=segment.pk).exists():
            raise RuleError([Problem(path="slug", message=_("There is a segment with this key already."))])
        if was and was.kind != segment.kind:
            raise RuleError(
                [Problem(path="kind", message=_("What is there stays of its kind: make another."))]
            )
        _check_rule(segment, now)
        if segment.kind == Segment.Kind.DYNAMIC and (was is None or was.rule != segment.rule):
            _have_found(segment, now)
        segment.save()
    return segment


def keep_internal(slug: str, rule: dict[str, Any], now: datetime) -> None:
    """Keep it known for whom the rule holds, with events of who enters and leaves, for an app above us.

    RuleError where the rule is no good. The caller's transaction holds the definitions' lock.
    """
    if not Segment.every.filter(slug=slug).exists():
        save_segment(Segment(slug=slug, name=slug, rule=rule, is_internal=True), now)


def _check_rule(segment: Segment, now: datetime) -> None:
    if segment.kind == Segment.Kind.DYNAMIC:
        check_rule(segment_name(segment.slug), segment.rule, now)
    elif segment.rule:
        check_has_rule(segment)


def check_has_rule(segment: Segment) -> None:
    """RuleError where the segment is a list."""
    if segment.kind == Segment.Kind.LIST:
        message = _("A list has no rule: its members are put in one by one or from a file.")
        raise RuleError([Problem(path="", message=message)])


def _have_found(segment: Segment, now: datetime) -> None:
    segment.changed_at, segment.rebuilt_at, segment.rebuilt_to = now, None, 0
    segment.stalled_at = None
    work.wake("customers.rebuild")


def archive_segment(segment: Segment, now: datetime) -> Segment:
    """Take a segment out of use: its members stay as they are. RuleError where something uses it."""
    with transaction.atomic():
        lock_definitions()
        segment.refresh_from_db()
        _check_unused(segment.slug, "")
        segment.archived_at = segment.archived_at or now
        segment.save(update_fields=["archived_at"])
    return segment


def restore_segment(segment: Segment, now: datetime) -> Segment:
    """Bring an archived segment back, its members found anew by its rule; RuleError where that can't be."""
    with transaction.atomic():
        lock_definitions()
        segment.refresh_from_db()
        if segment.archived_at:
            _check_rule(segment, now)
            segment.archived_at = None
            if segment.kind == Segment.Kind.DYNAMIC:
                _have_found(segment, now)
            segment.save()
    return segment


def delete_segment(segment: Segment) -> None:
    """Delete a segment with its memberships; RuleError where a rule reads it, or something went to it."""
    with transaction.atomic():
        lock_definitions()
        Segment.every.select_for_update(no_key=True).get(pk=segment.pk)  # as a rebuild does: row, then lock
        lock_events()
        _check_unused(segment.slug, "")
        try:
            segment.delete()
        except ProtectedError as error:
            message = _("The segment %(slug)s stays, for %(what)s went to it. Archive it instead.")
            what = ", ".join(sorted(str(row) for row in error.protected_objects))
            raise RuleError(
                [Problem(path="", message=message % {"slug": segment.slug, "what": what})]
            ) from None


def uses_of_segment(slug: str) -> list[str]:
    """What uses the segment, as a person would call it: stages, segments, journeys, broadcasts."""
    return [*rules_that_read(slug), *(use for ask in users for _slug, use in ask([slug]))]


def _check_unused(slug: str, path: str) -> None:
    if found := uses_of_segment(slug):
        message = _("The segment %(slug)s is used by: %(users)s. Change them first.")
        raise RuleError([Problem(path=path, message=message % {"slug": slug, "users": ", ".join(found)})])


def lock_definitions() -> None:
    """One change of a rule at a time, so that two can't close a cycle together."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({LOCKS}, 2)")


def segment_members(segment: Segment) -> QuerySet[Customer]:
    """Who is in the segment now."""
    stays = segment.memberships.filter(left_at=None)
    return Customer.objects.filter(pk__in=stays.values("customer_id"))
