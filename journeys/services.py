"""What is done to journeys and enrollments from outside the engine. Each call is a transaction of its own."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction

from channels import outbox
from channels.models import Reason
from config import work
from customers.models import Stage
from customers.segments import lock_definitions
from customers.services import lock_customers
from journeys import checks
from journeys.faults import Faults, GraphError
from journeys.models import Enrollment, Journey, JourneyVersion, Standing
from journeys.step import Json

LARGEST_DRAFT = 1_000_000  # characters of JSON
State = Journey.State


class JourneyStateError(ValueError):
    """The journey is not in a state from which this can be done; the message says from which it can."""


def create_journey(  # noqa: PLR0917 - a journey is what it is called and where it belongs
    slug: str, name: str, serves: Stage, leads_to: Stage, draft: Json | None = None, description: str = ""
) -> Journey:
    """A new draft. GraphError where its slug is taken, or its draft can't be stored."""
    draft = {} if draft is None else draft
    check_storable(draft)
    try:
        with transaction.atomic():
            return Journey.objects.create(
                slug=slug, name=name, serves=serves, leads_to=leads_to, draft=draft, description=description
            )
    except IntegrityError:
        raise GraphError([{"path": "slug", "message": f"{slug!r} is the key of another journey"}]) from None


@transaction.atomic
def save_draft(journey_id: int, draft: Json) -> Journey:
    """Store what is being edited, finished or not: `publish` checks it. Nobody inside the journey notices."""
    check_storable(draft)
    journey = _locked(journey_id, State.DRAFT, State.LIVE, State.PAUSED)
    journey.draft = draft
    journey.save(update_fields=["draft", "changed_at"])
    return journey


@transaction.atomic
def change_journey(journey_id: int, draft: Json | None = None, **said: Any) -> Journey:
    """Store the draft (None: as it is) and what is said of the journey: slug, name, description, stages."""
    journey = _locked(journey_id, State.DRAFT, State.LIVE, State.PAUSED)
    for field, value in said.items():
        setattr(journey, field, value)
    journey.save(update_fields=[*said, "changed_at"])
    return journey if draft is None else save_draft(journey_id, draft)


@transaction.atomic
def publish(journey_id: int, now: datetime, by: AbstractBaseUser | None = None) -> JourneyVersion:
    """Make the draft the live version, for those who enter from now on; GraphError tells why it can't be."""
    journey = _locked(journey_id, State.DRAFT, State.LIVE, State.PAUSED)
    lock_definitions()  # so that no segment that it names is archived or deleted meanwhile
    checks.check(journey.draft)
    number = journey.versions.count() + 1
    version = JourneyVersion.objects.create(
        journey=journey,
        number=number,
        graph=journey.draft,
        published_at=now,
        published_by_id=by.pk if by else None,
    )
    journey.live_version = version
    if journey.state == State.DRAFT:
        journey.state = State.LIVE
    journey.save(update_fields=["live_version", "state", "changed_at"])
    return version


# Rows are locked in the order of their ids, as everywhere: listeners, pauses, exits can wait for each other.
HOLD = """
    WITH inside AS MATERIALIZED (
        SELECT id FROM journeys_enrollment
        WHERE journey_id = %s AND standing <> 'ended' AND NOT is_on_hold ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row SET is_on_hold = true FROM inside WHERE row.id = inside.id
"""
RELEASE = """
    WITH inside AS MATERIALIZED (
        SELECT id FROM journeys_enrollment
        WHERE journey_id = %s AND standing <> 'ended' AND is_on_hold AND error = '' ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row SET is_on_hold = false FROM inside WHERE row.id = inside.id
"""


@transaction.atomic
def pause(journey_id: int) -> int:
    """Nobody enters, nobody goes on, open messages are held. Returns how many enrollments are on hold."""
    journey = _locked(journey_id, State.LIVE)
    _set_state(journey, State.PAUSED)
    held = _execute(HOLD, journey_id)
    for version_id in _versions(journey):
        outbox.pause_source("journey", version_id)
    return held


@transaction.atomic
def resume(journey_id: int, now: datetime) -> int:
    """Go on where everybody stood; what fell due meanwhile is due now. Returns how many enrollments go on."""
    journey = _locked(journey_id, State.PAUSED)
    _set_state(journey, State.LIVE)
    released = _execute(RELEASE, journey_id)
    for version_id in _versions(journey):
        outbox.resume_source("journey", version_id, now)
    work.wake("journeys.advance")
    return released


@transaction.atomic
def archive(journey_id: int, now: datetime) -> int:
    """End a journey for good: all inside leave, open messages are withdrawn. Returns how many left."""
    journey = _locked(journey_id, State.DRAFT, State.LIVE, State.PAUSED)
    _set_state(journey, State.ARCHIVED)
    inside = Enrollment.objects.filter(journey=journey).exclude(standing=Standing.ENDED)
    left = exit_enrollments(list(inside.values_list("pk", flat=True)), "archived", now)
    for version_id in _versions(journey):
        outbox.resume_source("journey", version_id, now)
    return left


EXIT = """
    WITH inside AS MATERIALIZED (
        SELECT id FROM journeys_enrollment
        WHERE id = ANY(%(ids)s) AND standing <> 'ended' ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row
    SET standing = 'ended', due_at = NULL, awaits = '', ended_at = %(now)s, exit_reason = %(reason)s,
        is_on_hold = false, error = ''
    FROM inside WHERE row.id = inside.id
    RETURNING row.id
"""


@transaction.atomic
def exit_enrollments(enrollment_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Let customers leave their journeys; what they were to get is withdrawn. Returns how many left."""
    customers = Enrollment.objects.filter(pk__in=enrollment_ids).values_list("customer_id", flat=True)
    lock_customers(sorted(set(customers)))
    with connection.cursor() as cursor:
        cursor.execute(EXIT, {"ids": list(enrollment_ids), "now": now, "reason": reason[:60]})
        left = [row[0] for row in cursor.fetchall()]
    outbox.withdraw(left, Reason.EXITED, reason, now)
    return len(left)


RETRY = """
    UPDATE journeys_enrollment
    SET attempts = 0, error = '', is_on_hold = false, due_at = coalesce(due_at, %(now)s)
    WHERE id = ANY(%(ids)s) AND standing <> 'ended' AND is_on_hold AND error <> ''
"""


@transaction.atomic
def retry_enrollments(enrollment_ids: Sequence[int], now: datetime) -> int:
    """Give enrollments that were parked after five failures another five; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(RETRY, {"ids": list(enrollment_ids), "now": now})
        retried = int(cursor.rowcount)
    work.wake("journeys.advance")
    return retried


def _locked(journey_id: int, *states: Journey.State) -> Journey:
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey_id)
    if journey.state not in states:
        allowed = ", ".join(str(state.label) for state in states)
        raise JourneyStateError(
            f"The journey {journey.slug!r} is {journey.get_state_display()};"
            f" this can be done when it is: {allowed}."
        )
    return journey


def _set_state(journey: Journey, state: Journey.State) -> None:
    journey.state = state
    journey.save(update_fields=["state", "changed_at"])


def _versions(journey: Journey) -> list[int]:
    return list(journey.versions.values_list("pk", flat=True))


def _execute(sql: str, journey_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [journey_id])
        return int(cursor.rowcount)


def check_storable(draft: Any) -> None:
    """GraphError for what PostgreSQL can't store as JSON, and for what no journey can need."""
    faults = Faults()
    if not isinstance(draft, dict):
        faults.add("", "A graph is an object with trigger, start and steps.")
    try:
        text = json.dumps(draft, allow_nan=False, ensure_ascii=False)
        if "\\u0000" in text:
            faults.add("", "The character NUL can't be stored.")
        if len(text) > LARGEST_DRAFT:
            faults.add(
                "", f"has {len(text)} characters; at most {LARGEST_DRAFT} are possible: split the journey"
            )
        text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        faults.add("", f"can't be stored as JSON: {error}")
    faults.raise_any()
