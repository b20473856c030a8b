"""What is done to a journey by a button: pause, resume, drain, archive, bring back, try failed steps again.

Publishing has a page of its own.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config import clock
from config.pages import site, who
from config.roles import SEND
from config.undo import tell_with_undo
from journeys import services
from journeys.models import Journey
from journeys.parked import retry_journey

State = Journey.State
# What can be done with a journey in each state: the move, its name, whether it is the main thing.
MOVES: dict[str, list[tuple[str, Any, bool]]] = {
    State.DRAFT: [("archive", _("Archive"), False)],
    State.LIVE: [("drain", _("Let nobody in any more"), False), ("pause", _("Pause"), True)],
    State.PAUSED: [("resume", _("Resume"), True), ("archive", _("Archive"), False)],
    State.DRAINING: [("resume", _("Let customers in again"), True), ("archive", _("Archive"), False)],
    State.ARCHIVED: [("restore", _("Bring back"), True)],
}
DONE = {
    "pause": _("Paused: nobody enters or moves, nothing is sent."),
    "resume": _("Live again: whoever is due moves on."),
    "drain": _("Nobody enters any more; it is archived when the last customer has left."),
    "archive": _("Archived."),
    "restore": _("A draft again: publish it to let customers in."),
}
MANY = {
    "pause": _("Pause"),
    "resume": _("Resume"),
    "archive": _("Archive"),
}  # what can be done with several at once
BACK = {"pause": "resume", "drain": "resume", "archive": "restore"}
LONGEST_NUMBER = 19
# How old what waited for a paused journey may be to be sent still, in days; 0: all of it is sent.
AGES = {
    0: _("send all that waited"),
    1: _("drop what is older than a day"),
    7: _("drop what is older than a week"),
}


def move(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Pause, resume, drain or archive; what keeps it from that is told."""
    journey = get_object_or_404(Journey, pk=journey_id)
    wanted = request.POST.get("move", "")
    allowed = {name for name, _label, _main in MOVES[journey.state]}
    if wanted not in allowed:
        messages.error(request, _("The journey is in another state by now: look again."))
        return redirect("admin:journeys_journey_change", journey_id)
    try:
        left = _act(journey, wanted, request)
    except services.JourneyStateError as error:
        messages.error(request, str(error))
    else:
        _tell(request, reverse("admin:journey_move", args=[journey_id]), wanted, _said(wanted, left))
    return redirect("admin:journeys_journey_change", journey_id)


def _said(done: str, left: int) -> str:
    """What was done, and how many customers have left by it: they stay outside, whatever is taken back."""
    words = str(DONE[done])
    if left:
        gone = ngettext("%(n)d customer has left for good.", "%(n)d customers have left for good.", left)
        words = f"{words} {gone % {'n': left}}"
    return words


def _tell(request: HttpRequest, url: str, done: str, words: str, **fields: str) -> None:
    """Say it; what stops a journey can be taken back."""
    if done in BACK:
        tell_with_undo(request, words, url, move=BACK[done], **fields)
    else:
        messages.success(request, words)


def _act(journey: Journey, wanted: str, request: HttpRequest) -> int:
    """Do it; returns how many customers have left by it."""
    by, now = who(request), clock.now()
    match wanted:
        case "pause":
            services.pause(journey.pk, by=by)
        case "resume":
            days = request.POST.get("older_than", "0")
            older_than = timedelta(days=int(days)) if days in {str(age) for age in AGES if age} else None
            services.resume(journey.pk, now, by=by, older_than=older_than)
        case "drain":
            services.drain(journey.pk, by=by)
        case "restore":
            services.restore(journey.pk, by=by)
        case _:
            return services.archive(journey.pk, now, by=by)
    return 0


def move_many(request: HttpRequest) -> HttpResponse:
    """Do it to each of the chosen ones; those with which it can't be done are told, the others are moved."""
    wanted = request.POST.get("move", "")
    numbers = {int(pk) for one in request.POST.getlist("journey") for pk in one.split(",") if _is_number(pk)}
    if wanted not in DONE or not numbers:
        messages.error(request, _("Choose journeys, and what to do with them."))
        return redirect("admin:journeys_journey_changelist")
    done, refused, left = [], [], 0
    for journey in Journey.objects.filter(pk__in=numbers).order_by("pk"):
        try:
            _check(journey, wanted)
            left += _act(journey, wanted, request)
        except services.JourneyStateError:
            refused.append(journey)
        else:
            done.append(journey)
    if done:
        words = f"{_said(wanted, left)} {', '.join(journey.name for journey in done)}"
        numbers_done = ",".join(str(journey.pk) for journey in done)
        _tell(request, reverse("admin:journey_move_many"), wanted, words, journey=numbers_done)
    _tell_refused(request, refused)
    return redirect("admin:journeys_journey_changelist")


def _check(journey: Journey, wanted: str) -> None:
    if wanted not in {name for name, _label, _main in MOVES[journey.state]}:
        raise services.JourneyStateError(journey.get_state_display())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER


def _tell_refused(request: HttpRequest, refused: Sequence[Journey]) -> None:
    for journey in refused:
        said = {"journey": journey.name, "state": journey.get_state_display()}
        messages.warning(request, _("%(journey)s stays as it is: it is %(state)s.") % said)


def retry(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Try the steps again that failed five times."""
    journey = get_object_or_404(Journey, pk=journey_id)
    many = retry_journey(journey.pk, clock.now(), who(request))
    words = ngettext(
        "%(n)d customer is tried again at their step.", "%(n)d customers are tried again at their step.", many
    )
    messages.success(request, words % {"n": many})
    return redirect("admin:journeys_journey_change", journey_id)


site().add_page("journeys/move/", require_POST(move_many), "journey_move_many", SEND)
site().add_page("journeys/<int:journey_id>/move/", require_POST(move), "journey_move", SEND)
site().add_page("journeys/<int:journey_id>/retry/", require_POST(retry), "journey_retry", SEND)
