"""What journeys change outside themselves: traits, lists, consents, stages, other journeys.

The engine waits for nobody's lock, so it only notes what a step asks for (`Change`); it is made here, for
many customers at once, and the enrollments go on with how it ended. All in one transaction: a worker that
dies between has changed nothing.

The order of locks: the lists' rows, the journeys' rows, the events' lock, the customers', the enrollments'.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from config import database, work
from customers.consents import ConsentChange
from customers.events import lock_events
from customers.holds import HoldError, hold_stages
from customers.lists import ListError, lock_list, put_members
from customers.locks import lock_customers
from customers.models import Segment, Stage
from customers.services import set_consents
from customers.traits import TraitChange, change_traits
from journeys.changing import DONE, FAILED
from journeys.enroll import Entering, enroll_customers
from journeys.exits import exit_enrollments
from journeys.load import text_context
from journeys.models import Enrollment, Journey, Standing
from journeys.step import Json

logger = logging.getLogger(__name__)

BATCH = 1000
CHANGES_DUE = "EXISTS (SELECT FROM journeys_change)"
NEXT_CHANGES = "SELECT id, what::text FROM journeys_change ORDER BY id LIMIT %s"
CHANGES = """
    SELECT change.id, change.enrollment_id, row.customer_id
    FROM journeys_change change LEFT JOIN journeys_enrollment row ON row.id = change.enrollment_id
    WHERE change.id = ANY(%s) ORDER BY change.id
"""
# Plan: of each customer the part of enrollment_of_customer for the journey.
TO_STOP = """
    SELECT row.id, row.customer_id, journey.slug FROM journeys_enrollment row
    JOIN journeys_journey journey ON journey.id = row.journey_id
    WHERE row.customer_id = ANY(%s) AND journey.slug = ANY(%s) AND row.standing <> 'ended'
"""
LOCK = "SELECT id FROM journeys_enrollment WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
STANDING = """
    SELECT change.id, row.id, row.customer_id, journey.slug, change.step, change.what::text, row.context::text
    FROM journeys_change change
    JOIN journeys_enrollment row ON row.id = change.enrollment_id
     AND row.standing = 'change' AND row.step = change.step AND row.visit = change.visit
    JOIN journeys_journey journey ON journey.id = row.journey_id
    WHERE change.id = ANY(%s) ORDER BY change.id
"""
GO_ON = """
    UPDATE journeys_enrollment row
    SET standing = 'due', due_at = %(now)s, fate = done.fate,
        context = CASE WHEN done.error = '' THEN row.context ELSE jsonb_set(
            row.context, '{answers}', coalesce(row.context -> 'answers', '{}')
                || jsonb_build_object(row.step, jsonb_build_object('error', done.error))) END
    FROM unnest(%(ids)s::bigint[], %(fates)s::text[], %(errors)s::text[]) AS done (id, fate, error)
    WHERE row.id = done.id
"""


class Asked(NamedTuple):
    """A change, and of whose enrollment it is."""

    id: int
    enrollment_id: int
    customer_id: int
    journey: str
    step: str
    what: str
    context: Json


Errors = Mapping[int, str]  # of those that can't be made: the change and why


def apply_changes(now: datetime, limit: int = BATCH) -> int:
    """Make changes that steps asked for, the first ones; returns how many were taken up."""
    with work.redoable(), connection.cursor() as cursor:
        cursor.execute(NEXT_CHANGES, [limit])
        named = Named.of({change_id: json.loads(what) for change_id, what in cursor.fetchall()})
        lists = _lock_lists(named.lists)
        _lock_journeys(named.started)
        lock_events()
        cursor.execute(CHANGES, [named.changes])
        taken = _first_of_each(cursor.fetchall())
        lock_customers(customer_id for _, customer_id in taken.values() if customer_id)
        _lock_enrollments([enrollment_id for enrollment_id, _ in taken.values()], taken, named.stopped)
        cursor.execute(STANDING, [list(taken)])
        asked = [Asked._make((*row[:-1], json.loads(row[-1]))) for row in cursor.fetchall()]
        _go_on(asked, _make(asked, lists, now), now)
        cursor.execute("DELETE FROM journeys_change WHERE id = ANY(%s)", [list(taken)])
    if taken:
        work.wake("journeys.advance")
        if len(taken) < len(named.changes):
            work.wake("journeys.apply_changes")
    return len(taken)


class Named(NamedTuple):
    """The changes to be looked at, and what they name that is locked before."""

    changes: list[int]
    lists: set[str]
    started: set[str]
    stopped: set[str]

    @classmethod
    def of(cls, changes: Mapping[int, Json]) -> "Named":
        """What these changes name."""
        names: dict[str, set[str]] = {"add_to_list": set(), "start_journey": set(), "stop_journey": set()}
        for what in changes.values():
            kind = "add_to_list" if what["kind"] == "remove_from_list" else what["kind"]
            if kind in names:
                names[kind].add(what["list" if kind == "add_to_list" else "journey"])
        return cls(list(changes), *names.values())


Lists = Mapping[str, Segment | str]  # or why it can't be changed
Taken = Mapping[int, tuple[int, int | None]]  # change → enrollment, customer


def _lock_lists(slugs: Iterable[str]) -> Lists:
    there = Segment.objects.filter(slug__in=slugs).order_by("pk") if slugs else []
    locked: dict[str, Segment | str] = {}
    for segment in there:
        try:
            locked[segment.slug] = lock_list(segment)
        except ListError as error:
            locked[segment.slug] = str(error)
    return locked


def _lock_journeys(slugs: Iterable[str]) -> None:
    """As whoever lets customers in does, before customers and enrollments."""
    if slugs:
        list(
            Journey.objects.select_for_update(no_key=True).filter(slug__in=slugs).order_by("pk").values("pk")
        )


def _first_of_each(rows: Iterable[tuple[int, int, int | None]]) -> dict[int, tuple[int, int | None]]:
    """One change of each customer, for they are made in the order in which they were asked for."""
    taken: dict[int, tuple[int, int | None]] = {}
    seen: set[int] = set()
    for change_id, enrollment_id, customer_id in rows:
        if customer_id not in seen:
            taken[change_id] = (enrollment_id, customer_id)
            seen |= {customer_id} if customer_id else set()
    return taken


def _lock_enrollments(own: Sequence[int], taken: Taken, stopped: Iterable[str]) -> None:
    """Those that stand at the changes, and those that are to end, in one order."""
    ids = set(own)
    with connection.cursor() as cursor:
        if stopped:
            cursor.execute(TO_STOP, [[of for _, of in taken.values() if of], list(stopped)])
            ids |= {row[0] for row in cursor.fetchall()}
        cursor.execute(LOCK, [list(ids)])


def _make(asked: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    """Make the changes, those that are alike at once; what goes wrong goes wrong for them alone."""
    alike: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        alike.setdefault((one.what, one.journey), []).append(one)
    errors: dict[int, str] = {}
    for (text, _journey), group in alike.items():
        what = json.loads(text)
        try:
            with transaction.atomic():
                errors |= EFFECTS[what["kind"]](what, group, lists, now)
        except EffectError as error:
            errors |= {one.id: str(error) for one in group}
        except Exception as error:
            if database.is_away(error):
                raise
            logger.exception("A change that journeys asked for failed: %s", text)
            errors |= {one.id: f"{error!r}" for one in group}
    return errors


def _go_on(asked: Sequence[Asked], errors: Errors, now: datetime) -> None:
    columns: dict[str, Any] = {
        "ids": [one.enrollment_id for one in asked],
        "fates": [FAILED if one.id in errors else DONE for one in asked],
        "errors": [errors.get(one.id, "")[:500].replace("\0", "") for one in asked],
    }
    with connection.cursor() as cursor:
        cursor.execute(GO_ON, columns | {"now": now})


class EffectError(ValueError):
    """It can't be done for any of them; the message says why."""


def _value(one: Asked, path: str) -> Any:
    """What stands in the context at a path, as texts see it; None: nothing."""
    value: Any = text_context(one.context)
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _ids(group: Sequence[Asked]) -> list[int]:
    return [one.customer_id for one in group]


def _change_trait(what: Json, group: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    del lists
    path = what["path"]
    given = [(one, _value(one, path) if path else what["value"]) for one in group]
    errors = {
        one.id: f"There is no {path}." for one, value in given if value is None and what["do"] != "unset"
    }
    given = [(one, value) for one, value in given if one.id not in errors]
    changes = [TraitChange(one.customer_id, what["trait"], what["do"], value) for one, value in given]
    faults = zip(given, change_traits(changes, now), strict=True)
    return errors | {one.id: fault for (one, _), fault in faults if fault}


def _change_list(what: Json, group: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    segment = lists.get(what["list"], f"There is no list {what['list']!r}.")
    if isinstance(segment, str):
        raise EffectError(segment)
    put_members(segment, _ids(group), now, is_in=what["kind"] == "add_to_list")
    return {}


def _set_consent(what: Json, group: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    del lists
    set_consents(
        [
            ConsentChange(
                *(one.customer_id, what["channel"], what["topic"], what["granted"]),
                source=f"journey {one.journey}",
                wording=what["wording"],
            )
            for one in group
        ],
        now,
    )
    return {}


def _move_stage(what: Json, group: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    del lists
    stage = Stage.objects.filter(slug=what["stage"]).first()
    if stage is None:
        raise EffectError(f"There is no stage {what['stage']!r}.")
    by = f"journey {group[0].journey}"
    until = datetime.fromisoformat(what["until"]) if what["until"] else None
    try:
        hold_stages(_ids(group), stage, what["reason"] or by, by, now, until=until, yields=what["yields"])
    except HoldError as error:
        raise EffectError(str(error)) from None
    return {}


def _start_journey(what: Json, group: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    del lists
    journey = _journey(what)
    entries = [
        Entering(
            one.customer_id,
            "" if (key := _value(one, what["key"]) if what["key"] else None) is None else str(key),
            {name: value for name, value in one.context.items() if name != "answers"},
        )
        for one in group
    ]
    refused = enroll_customers(journey, entries, now).refused
    return {
        group[place].id: f"{journey.slug!r} did not let the customer in: {why}."
        for place, why in refused.items()
    }


def _journey(what: Json) -> Journey:
    journey = Journey.objects.filter(slug=what["journey"]).first()
    if journey is None:
        raise EffectError(f"There is no journey {what['journey']!r}.")
    return journey


def _stop_journey(what: Json, group: Sequence[Asked], lists: Lists, now: datetime) -> Errors:
    del lists
    inside = Enrollment.objects.filter(customer_id__in=_ids(group), journey=_journey(what))
    live = inside.exclude(standing=Standing.ENDED).exclude(pk__in=[one.enrollment_id for one in group])
    exit_enrollments(list(live.values_list("pk", flat=True)), what["reason"], now)
    return {}


Effect = Callable[[Json, Sequence[Asked], Lists, datetime], Errors]
EFFECTS: Mapping[str, Effect] = {
    "update_trait": _change_trait,
    "add_to_list": _change_list,
    "remove_from_list": _change_list,
    "set_consent": _set_consent,
    "move_stage": _move_stage,
    "start_journey": _start_journey,
    "stop_journey": _stop_journey,
}
