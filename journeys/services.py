"""What is done to journeys and enrollments from outside the engine. Each call is a transaction of its own."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from channels import outbox
from config import work
from config.localtime import ago
from customers.models import Stage
from journeys.acts import Person, record, record_draft
from journeys.diff import difference
from journeys.exits import exit_enrollments
from journeys.faults import Faults, GraphError
from journeys.models import Deed, Enrollment, Journey, Standing
from journeys.publishing import publish, void_request
from journeys.states import IN_USE, JourneyStateError, State, locked, set_state
from journeys.step import Json
from journeys.walk import MOST_ATTEMPTS

__all__ = [
    "JourneyStateError",
    "StaleDraftError",
    "archive",
    "change_journey",
    "check_storable",
    "copy_journey",
    "create_journey",
    "drain",
    "end_drained",
    "exit_enrollments",
    "pause",
    "publish",
    "restore",
    "resume",
    "save_draft",
]
COPY = "-copy"
LONGEST_SLUG, LONGEST_NAME = 80, 120
LARGEST_DRAFT = 1_000_000  # characters of JSON


class StaleDraftError(ValueError):
    """Somebody else has changed the draft meanwhile; `journey` is as it is now."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        super().__init__(StaleDraftError.__doc__)


def create_journey(  # noqa: PLR0917 - a journey is what it is called and where it belongs
    slug: str,
    name: str,
    serves: Stage,
    leads_to: Stage,
    draft: Json | None = None,
    description: str = "",
    by: Person = None,
) -> Journey:
    """A new draft. GraphError where its slug is taken, or its draft can't be stored."""
    draft = {} if draft is None else draft
    check_storable(draft)
    try:
        with transaction.atomic():
            journey = Journey.objects.create(
                slug=slug, name=name, serves=serves, leads_to=leads_to, draft=draft, description=description
            )
            record(journey.pk, Deed.CREATED, by)
            return journey
    except IntegrityError:
        message = _("'%(slug)s' is the key of another journey") % {"slug": slug}
        raise GraphError([{"path": "slug", "message": message}]) from None


def copy_journey(journey: Journey, draft: Json, by: Person = None) -> Journey:
    """A new draft that says `draft`, named as a copy of a journey, with a slug that is free."""
    stem = f"{journey.slug[: LONGEST_SLUG - len(COPY) - 4]}{COPY}"
    taken = set(Journey.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug = next(one for n in count(1) if (one := stem if n == 1 else f"{stem}-{n}") not in taken)
    name = _("%(name)s (copy)") % {"name": journey.name}
    return create_journey(slug, name[:LONGEST_NAME], journey.serves, journey.leads_to, draft, by=by)


@transaction.atomic
def save_draft(journey_id: int, draft: Json, by: Person = None, revision: int | None = None) -> Journey:
    """Store what is being edited, finished or not: `publish` checks it. Nobody inside the journey notices.

    A request to publish what it was before is void by that. With `revision`, the one that was edited:
    StaleDraftError where somebody has saved something else since, and nothing is stored.
    """
    check_storable(draft)
    journey = locked(journey_id, *IN_USE)
    if _told(draft) == _told(journey.draft):
        return journey
    if revision not in {None, journey.revision}:
        raise StaleDraftError(journey)
    record_draft(journey_id, difference(journey.draft, draft).summary(), by)
    void_request(journey_id, by)
    journey.draft, journey.revision = draft, journey.revision + 1
    journey.save(update_fields=["draft", "revision", "changed_at"])
    return journey


@transaction.atomic
def change_journey(journey_id: int, draft: Json | None = None, by: Person = None, **said: Any) -> Journey:
    """Store the draft (None: as it is) and what is said of the journey: slug, name, description, stages."""
    journey = locked(journey_id, *IN_USE)
    for field, value in said.items():
        setattr(journey, field, value)
    journey.save(update_fields=[*said, "changed_at"])
    return journey if draft is None else save_draft(journey_id, draft, by)


# Rows are locked in the order of their ids, as everywhere: listeners, pauses, exits can wait for each other.
HOLD = """
    WITH inside AS MATERIALIZED (
        SELECT id FROM journeys_enrollment
        WHERE journey_id = %s AND standing <> 'ended' AND NOT is_on_hold ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row SET is_on_hold = true FROM inside WHERE row.id = inside.id
"""
# But those that are parked after five failures, or whose step lacks something.
RELEASE = """
    WITH inside AS MATERIALIZED (
        SELECT id FROM journeys_enrollment
        WHERE journey_id = %s AND standing <> 'ended' AND is_on_hold AND lacks = '' AND attempts < %s
        ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row SET is_on_hold = false FROM inside WHERE row.id = inside.id
"""


@transaction.atomic
def pause(journey_id: int, by: Person = None) -> int:
    """Nobody enters, nobody goes on, open messages are held. Returns how many enrollments are on hold."""
    journey = locked(journey_id, State.LIVE)
    set_state(journey, State.PAUSED)
    record(journey_id, Deed.PAUSED, by)
    held = _execute(HOLD, journey_id)
    for version_id in _versions(journey):
        outbox.pause_source("journey", version_id)
    return held


@transaction.atomic
def resume(journey_id: int, now: datetime, by: Person = None, older_than: timedelta | None = None) -> int:
    """Go on where everybody stood; what fell due meanwhile is due now. Returns how many enrollments go on.

    With `older_than`, messages that were asked for longer ago are not sent any more, and their customers go
    on by `not_sent`. A journey that lets nobody in any more lets customers in again.
    """
    journey = locked(journey_id, State.PAUSED, State.DRAINING)
    set_state(journey, State.LIVE)
    released, dropped = _execute(RELEASE, journey_id, MOST_ATTEMPTS), 0
    for version_id in _versions(journey):
        if older_than is not None:
            dropped += outbox.drop_stale("journey", version_id, ago(now, older_than), now)
        outbox.resume_source("journey", version_id, now)
    span = older_than.total_seconds() if older_than is not None else None
    record(journey_id, Deed.RESUMED, by, older_than=span, dropped=dropped)
    work.wake("journeys.advance")
    return released


@transaction.atomic
def drain(journey_id: int, by: Person = None) -> None:
    """Nobody enters any more; those inside go on to their ends, and then it is archived by itself."""
    journey = locked(journey_id, State.LIVE)
    set_state(journey, State.DRAINING)
    record(journey_id, Deed.DRAINED, by)
    work.wake("journeys.end_drained")


@transaction.atomic
def archive(journey_id: int, now: datetime, by: Person = None) -> int:
    """End a journey: all inside leave for good, open messages are withdrawn. Returns how many left."""
    journey = locked(journey_id, *IN_USE)
    set_state(journey, State.ARCHIVED)
    record(journey_id, Deed.ARCHIVED, by)
    void_request(journey_id, by)
    inside = Enrollment.objects.filter(journey=journey).exclude(standing=Standing.ENDED)
    left = exit_enrollments(list(inside.values_list("pk", flat=True)), "archived", now)
    for version_id in _versions(journey):
        outbox.resume_source("journey", version_id, now)
    return left


@transaction.atomic
def restore(journey_id: int, by: Person = None) -> None:
    """Bring an archived journey back as a draft: what it needs may be gone, and `publish` checks that."""
    journey = locked(journey_id, State.ARCHIVED)
    set_state(journey, State.DRAFT)
    record(journey_id, Deed.RESUMED, by, state=State.DRAFT)


# Plan: of each journey that drains, a probe of one_live_enrollment.
DRAINED = """
    SELECT id FROM journeys_journey journey
    WHERE state = 'draining' AND NOT EXISTS (
        SELECT FROM journeys_enrollment row WHERE row.journey_id = journey.id AND row.standing <> 'ended')
    ORDER BY id
"""


def end_drained(now: datetime) -> int:
    """Archive the journeys that let nobody in any more and have nobody inside; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(DRAINED)
        empty = [row[0] for row in cursor.fetchall()]
    return sum(_end_drained(journey_id, now) for journey_id in empty)


@transaction.atomic
def _end_drained(journey_id: int, now: datetime) -> bool:
    try:
        journey = locked(journey_id, State.DRAINING)
    except JourneyStateError:  # it is live again
        return False
    archive(journey.pk, now)
    return True


def _told(draft: Json) -> str:
    """A draft as text: in Python, true would be 1."""
    return json.dumps(draft, sort_keys=True)


def _versions(journey: Journey) -> list[int]:
    return list(journey.versions.values_list("pk", flat=True))


def _execute(sql: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def check_storable(draft: Any) -> None:
    """GraphError for what PostgreSQL can't store as JSON, and for what no journey can need."""
    faults = Faults()
    if not isinstance(draft, dict):
        faults.add("", _("A graph is an object with trigger, start and steps."))
    try:
        text = json.dumps(draft, allow_nan=False, ensure_ascii=False)
        if "\\u0000" in text:
            faults.add("", _("The character NUL can't be stored."))
        if len(text) > LARGEST_DRAFT:
            words = _("has %(many)d characters; at most %(most)d are possible: split the journey")
            faults.add("", words % {"many": len(text), "most": LARGEST_DRAFT})
        text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        faults.add("", f"can't be stored as JSON: {error}")
    faults.raise_any()
