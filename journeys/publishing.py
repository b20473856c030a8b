"""Publishing: a draft becomes the live version, those inside keep theirs or are taken along by a map.

Where the brand asks for a second person, a publication is a request that somebody else approves.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.segments import lock_definitions
from journeys import checks, kept
from journeys.acts import Person, record
from journeys.awaiting import keep_awaited
from journeys.diff import difference
from journeys.graph import parse
from journeys.mapping import Moves
from journeys.models import (
    Deed,
    Journey,
    JourneyVersion,
    PublishingPolicy,
    PublishRequest,
    VersionMove,
)
from journeys.moves import ask_moves, migration_preview, refuse_unplaced
from journeys.states import IN_USE, RUNNING, JourneyStateError, State, locked
from journeys.step import Json


class ApprovalError(ValueError):
    """Publishing needs a second person, or this person or request can't be that; the message says why."""


def publish(
    journey_id: int,
    now: datetime,
    by: Person = None,
    moves: Moves | None = None,
    acknowledged: Collection[str] | None = None,
) -> JourneyVersion:
    """Make the draft the live version, for those who enter from now on; GraphError tells why it can't be.

    Those inside keep their versions; those of the versions that `moves` names are taken to this one by its
    maps (MapError). `acknowledged`: the keys of the warnings that a person accepts (WarningsError tells which
    are left); None where no person publishes, but a program. The tests that are kept with it are run first,
    while nobody waits for the journey's row.
    """
    tested = _tested(journey_id)
    return _publish_tested(journey_id, tested, now, by, moves, acknowledged)


def _tested(journey_id: int) -> Json:
    """The draft, which has passed its tests."""
    journey = Journey.objects.get(pk=journey_id)
    tested: Json = journey.draft
    kept.check(journey, tested)
    return tested


@transaction.atomic
def _publish_tested(  # noqa: PLR0917 - as publish
    journey_id: int,
    tested: Json,
    now: datetime,
    by: Person,
    moves: Moves | None,
    acknowledged: Collection[str] | None,
) -> JourneyVersion:
    journey = locked(journey_id, *IN_USE)
    _refuse_alone()
    _refuse_untested(journey, tested)
    return _publish(journey, journey.draft, now, by, moves, _accepted(journey.draft, acknowledged, now, by))


@transaction.atomic
def roll_back(  # noqa: PLR0917 - as publish, and which version
    journey_id: int,
    number: int,
    now: datetime,
    by: Person = None,
    moves: Moves | None = None,
    acknowledged: Collection[str] | None = None,
) -> JourneyVersion:
    """Publish what an earlier version said as the next one; the draft stays. Else as `publish`."""
    journey = locked(journey_id, *RUNNING)
    _refuse_alone()
    graph = version_of(journey, number).graph
    accepted = _accepted(graph, acknowledged, now, by)
    return _publish(journey, graph, now, by, moves, accepted, Deed.ROLLED_BACK, to=number)


@transaction.atomic
def migrate(journey_id: int, moves: Moves, now: datetime, by: Person = None) -> list[VersionMove]:
    """Have those inside old versions taken to the live one, by a map for each; MapError tells why not."""
    journey = locked(journey_id, *RUNNING)
    if journey.live_version is None:  # a journey that runs has one
        raise JourneyStateError(
            _("The journey '%(journey)s' has no live version.") % {"journey": journey.slug}
        )
    asked = ask_moves(journey, journey.live_version, moves, now)
    record(journey_id, Deed.MIGRATED, by, to=journey.live_version.number, moves=_json(moves))
    return asked


def version_of(journey: Journey, number: int) -> JourneyVersion:
    """The version of that number; JourneyStateError where there is none."""
    version = JourneyVersion.objects.filter(journey=journey, number=number).first()
    if version is None:
        words = _("The journey '%(journey)s' has no version %(number)d.")
        raise JourneyStateError(words % {"journey": journey.slug, "number": number})
    return version


def needs_approval() -> bool:
    """Whether publishing needs a second person."""
    return PublishingPolicy.objects.filter(needs_approval=True).exists()


def ask_approval(
    journey_id: int,
    now: datetime,
    by: Person,
    moves: Moves | None = None,
    acknowledged: Collection[str] = (),
) -> PublishRequest:
    """Freeze the draft and ask somebody else to publish it; refused as `publish` would refuse it."""
    return _ask(journey_id, _tested(journey_id), now, by, moves, acknowledged)


@transaction.atomic
def _ask(  # noqa: PLR0917 - as ask_approval
    journey_id: int,
    tested: Json,
    now: datetime,
    by: Person,
    moves: Moves | None,
    acknowledged: Collection[str],
) -> PublishRequest:
    journey = locked(journey_id, *IN_USE)
    _refuse_untested(journey, tested)
    if by is None:
        raise ApprovalError(_("Nobody is logged in who could ask; an API key is no person."))
    accepted = _accepted(journey.draft, acknowledged, now, by)
    lines = migration_preview(journey_id, moves or {}, journey.draft)
    refuse_unplaced(lines, moves or {})
    void_request(journey_id, by)
    asked = PublishRequest.objects.create(
        journey=journey,
        graph=journey.draft,
        moves=_json(moves or {}),
        acknowledged=accepted,
        asked_at=now,
        asked_by_id=by.pk,
    )
    record(journey_id, Deed.ASKED, by, changes=_changes(journey, journey.draft))
    return asked


def approve(request_id: int, now: datetime, by: Person) -> JourneyVersion:
    """Publish what was asked for. ApprovalError where it is open no more, or `by` is who asked."""
    asked = PublishRequest.objects.select_related("journey").get(pk=request_id)
    kept.check(asked.journey, asked.graph)
    return _approve(request_id, now, by)


@transaction.atomic
def _approve(request_id: int, now: datetime, by: Person) -> JourneyVersion:
    asked, journey = _open_request(request_id, by)
    moves = {int(number): steps for number, steps in asked.moves.items()}
    asked.state = PublishRequest.State.APPROVED
    _decide(asked, now, by)
    lock_definitions()
    checks.check(asked.graph)
    version = _publish(journey, asked.graph, now, asked.asked_by, moves, asked.acknowledged)
    record(journey.pk, Deed.APPROVED, by, version=version.number)
    return version


@transaction.atomic
def refuse(request_id: int, reason: str, now: datetime, by: Person) -> None:
    """Say no to what was asked for, and why. ApprovalError as `approve`."""
    asked, journey = _open_request(request_id, by)
    asked.state, asked.reason = PublishRequest.State.REFUSED, reason[:500]
    _decide(asked, now, by)
    record(journey.pk, Deed.REFUSED, by, reason=asked.reason)


def void_request(journey_id: int, by: Person) -> None:
    """A request to publish asks for what is there no more."""
    open_one = PublishRequest.objects.filter(journey=journey_id, state=PublishRequest.State.OPEN)
    if open_one.update(state=PublishRequest.State.VOID):
        record(journey_id, Deed.VOIDED, by)


def _open_request(request_id: int, by: Person) -> tuple[PublishRequest, Journey]:
    journey = locked(PublishRequest.objects.values_list("journey", flat=True).get(pk=request_id), *IN_USE)
    asked = PublishRequest.objects.get(pk=request_id)  # as fresh as the lock
    if asked.state != PublishRequest.State.OPEN:
        words = _("This request is %(state)s: look at the journey again.")
        raise ApprovalError(words % {"state": asked.get_state_display()})
    if by is None or by.pk == asked.asked_by_id:
        raise ApprovalError(_("A second person has to decide: not who asked, and not an API key."))
    return asked, journey


def _decide(asked: PublishRequest, now: datetime, by: Person) -> None:
    asked.decided_at, asked.decided_by_id = now, by.pk if by else None
    asked.save()


def _refuse_untested(journey: Journey, tested: Json) -> None:
    if journey.draft != tested:
        raise JourneyStateError(_("The draft was changed while its tests were run: publish it again."))


def _refuse_alone() -> None:
    if needs_approval():
        raise ApprovalError(
            _(
                "Publishing needs a second person here: ask for approval on the journey's page; nobody and no"
                " API key can publish alone."
            )
        )


def _accepted(graph: Json, acknowledged: Collection[str] | None, now: datetime, by: Person) -> list[Json]:
    """Look the graph over; the warnings that were accepted, and by whom, as they are kept."""
    lock_definitions()  # so that no segment that it names is archived or deleted meanwhile
    if acknowledged is None:
        checks.check(graph)
        return []
    return [
        warning.as_json() | {"by": by.get_username() if by else ""}
        for warning in checks.look_over(graph, now).accept(acknowledged)
    ]


def _publish(  # noqa: PLR0917 - a version is what it says and how it came about
    journey: Journey,
    graph: Json,
    now: datetime,
    by: Person,
    moves: Moves | None,
    accepted: list[Json],
    deed: Deed = Deed.PUBLISHED,
    **details: Any,
) -> JourneyVersion:
    changes = _changes(journey, graph)
    version = JourneyVersion.objects.create(
        journey=journey,
        number=journey.versions.count() + 1,
        graph=graph,
        acknowledged=accepted,
        awaited=keep_awaited(parse(graph), now),
        published_at=now,
        published_by_id=by.pk if by else None,
    )
    journey.live_version = version
    if journey.state == State.DRAFT:
        journey.state = State.LIVE
    journey.save(update_fields=["live_version", "state", "changed_at"])
    record(journey.pk, deed, by, version=version.number, changes=changes, **details)
    void_request(journey.pk, by)
    if moves:
        migrate(journey.pk, moves, now, by)
    return version


def _changes(journey: Journey, graph: Json) -> Json:
    return difference(journey.live_version.graph if journey.live_version else {}, graph).summary()


def _json(moves: Moves) -> Json:
    return {str(number): dict(steps) for number, steps in moves.items()}
