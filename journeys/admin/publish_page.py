"""The page on which a draft, or an earlier version, is looked over before it is published.

What changes, who is affected, what a simulation told, what to acknowledge, where those inside go; where a
second person decides, their answer.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from config import clock
from config.forms import told
from config.pages import site, who
from config.refusal import Refused
from config.roles import APPROVE, DRAFT_JOURNEYS, SEND
from journeys import checks, publishing
from journeys.admin.tabs import journey_page
from journeys.admin.versions import VERSIONS
from journeys.affected import affected
from journeys.diff import difference
from journeys.faults import GraphError
from journeys.mapping import MapError, Moves, steps_of
from journeys.models import Journey, JourneyVersion, KeptTest, PublishRequest, Simulation
from journeys.moves import Line, migration_preview
from journeys.publishing import ApprovalError
from journeys.simulate.outcome import Outcome
from journeys.states import JourneyStateError
from journeys.warn import WarningsError

OUT = ":out"  # no id of a step: they leave
REFUSALS = (GraphError, WarningsError, MapError, ApprovalError, JourneyStateError)


@dataclass(frozen=True)
class Inside:
    """A version with customers inside: how many at which step, and whether they are taken along."""

    number: int
    lines: list[Line]
    is_moved: bool

    @property
    def many(self) -> int:
        """How many there are."""
        return sum(line.inside for line in self.lines)


def publish_page(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The review of the draft, or of the version that `version` names; a POST publishes it or asks to."""
    journey = get_object_or_404(Journey.objects.select_related("live_version"), pk=journey_id)
    version = _version(journey, request.GET.get("version", ""))
    asked = journey.requests.filter(state=PublishRequest.State.OPEN).select_related("asked_by").first()
    if request.method == "POST" and _done(request, journey, version, asked):
        return redirect("admin:journeys_journey_change", journey_id)
    graph = version.graph if version else journey.draft
    now = clock.now()
    found = checks.look_over(graph, now)
    inside = _inside(request, journey, graph)
    return journey_page(
        request,
        journey,
        VERSIONS,
        "journeys/publish.html",
        version=version,
        changes=difference(journey.live_version.graph if journey.live_version else {}, graph).words(),
        errors=told(found.errors),
        warnings=found.warnings,
        acknowledged=set(request.POST.getlist("acknowledged")),
        inside=inside,
        standing=sum(one.many for one in inside),
        steps=sorted(steps_of(graph)),
        out=OUT,
        asked=asked,
        affected=None if found.errors else affected(journey, graph, now),
        simulation=_simulation(journey, graph),
        tests=KeptTest.objects.filter(journey=journey).count(),
        needs_approval=publishing.needs_approval(),
        may_approve=_may_approve(request, asked),
        may_ask=request.user.has_perm(DRAFT_JOURNEYS) and journey.state != "archived",
        may_publish=request.user.has_perm(SEND) and journey.state != "archived",
        title=_("Roll back to version %d") % version.number if version else _("Publish"),
    )


def _simulation(journey: Journey, graph: dict[str, Any]) -> tuple[Simulation, Outcome] | None:
    """The newest one of exactly this graph that has ended, and what it told."""
    row = Simulation.objects.filter(journey=journey, state="done", draft=graph).order_by("-pk").first()
    return (row, msgspec.convert(row.result, Outcome)) if row else None


def _version(journey: Journey, number: str) -> JourneyVersion | None:
    if not number:
        return None
    if not (number.isascii() and number.isdigit()) or len(number) > 9:  # noqa: PLR2004 - digits of an integer
        raise Http404
    return get_object_or_404(JourneyVersion, journey=journey, number=int(number))


def _inside(request: HttpRequest, journey: Journey, graph: dict[str, Any]) -> list[Inside]:
    """Where customers stand, with the map as it is in the form, else each step's default."""
    given = _moves(request)
    numbers = list(JourneyVersion.objects.filter(journey=journey).values_list("number", flat=True))
    defaults: Moves = {number: {} for number in numbers}
    try:
        lines = migration_preview(journey.pk, {**defaults, **given}, graph)
    except MapError:  # of a form that is older than the draft
        lines = migration_preview(journey.pk, defaults, graph)
    return [
        Inside(number, of_version, number in given)
        for number in sorted({line.version for line in lines}, reverse=True)
        if (of_version := [line for line in lines if line.version == number])
    ]


def _moves(request: HttpRequest) -> Moves:
    """The maps of the form: `move-<number>` takes a version along, `to-<number>-<step>` says where."""
    moves: dict[int, dict[str, str | None]] = {}
    for number in request.POST.getlist("move"):
        if number.isascii() and number.isdigit() and len(number) < 10:  # noqa: PLR2004 - digits of an integer
            prefix = f"to-{number}-"
            moves[int(number)] = {
                name.removeprefix(prefix): None if target == OUT else target
                for name, target in request.POST.items()
                if name.startswith(prefix) and isinstance(target, str) and target
            }
    return moves


def _may_approve(request: HttpRequest, asked: PublishRequest | None) -> bool:
    person = who(request)
    return bool(asked and person and asked.asked_by_id != person.pk and request.user.has_perm(APPROVE))


def _done(
    request: HttpRequest, journey: Journey, version: JourneyVersion | None, asked: PublishRequest | None
) -> bool:
    """Do what the button says; False where the page has to be mended, with what is wrong told on it."""
    try:
        messages.success(request, _act(request, journey, version, asked))
    except REFUSALS as error:
        for problem in told(getattr(error, "errors", [{"message": str(error)}])):
            messages.error(request, problem)
        return False
    return True


def _act(
    request: HttpRequest, journey: Journey, version: JourneyVersion | None, asked: PublishRequest | None
) -> Any:
    by, now, what = who(request), clock.now(), request.POST.get("do")
    moves, acknowledged = _moves(request), request.POST.getlist("acknowledged")
    if what in {"approve", "refuse"}:
        if asked is None or not request.user.has_perm(APPROVE):
            raise Refused(APPROVE)
        if what == "refuse":
            publishing.refuse(asked.pk, request.POST.get("reason", ""), now, by)
            return _("Refused. Whoever asked finds the reason in the history.")
        publishing.approve(asked.pk, now, by)
    elif what == "ask":
        _refuse_without(request, DRAFT_JOURNEYS)
        publishing.ask_approval(journey.pk, now, by, moves, acknowledged)
        return _("Asked: somebody else who may approve journeys has to say yes.")
    elif version is not None:
        _refuse_without(request, SEND)
        publishing.roll_back(journey.pk, version.number, now, by, moves, acknowledged)
    else:
        _refuse_without(request, SEND)
        publishing.publish(journey.pk, now, by, moves, acknowledged)
    return _("Published: new customers enter this version.")


def _refuse_without(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise Refused(permission)


site().add_page(
    "journeys/<int:journey_id>/publish/", publish_page, "journey_publish", "journeys.view_journey"
)
