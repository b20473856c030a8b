"""The preference centre: a page behind a signed link, for which nobody logs in. Thin."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels import links
from channels.confirmation import as_words, confirm, waiting_for
from channels.models import Message, Preference
from channels.preferences import PAUSE, Choices, Said, Wanted, choices_of, leave_all, pause, save_choices
from channels.public_page import in_language_of, part_of_address, shown
from channels.unsubscribe import message_to_leave
from config import clock

AS_OFTEN = "0"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What the customer gets. GET changes nothing; POST, from the page, what is chosen on it."""
    public_id = links.read_preferences(token)
    message = message_to_leave(public_id) if public_id else None
    if message is None:
        raise Http404("This link is damaged, or what it was about is deleted.")
    said = _do(request, message) if request.method == "POST" else ""
    customer, now = message.customer, clock.now()
    choices = choices_of(customer, now)
    context = {"choices": choices, "oftens": _oftens(choices), "said": said, "pause_days": PAUSE.days}
    return shown(request, customer, "channels/preferences.html", **context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Where a customer confirms a consent. GET changes nothing, for machines follow links; POST confirms."""
    public_id = links.read_confirm(token)
    message = message_to_leave(public_id) if public_id else None
    if message is None:
        raise Http404("This link is damaged, or what it was about is deleted.")
    with in_language_of(message.customer):
        waiting = as_words(waiting_for(message))
    is_done = request.method == "POST"
    if is_done:
        confirm(message, part_of_address(request), clock.now())
    context = {"waiting": waiting, "is_done": is_done}
    to = links.preferences_url(message.public_id)
    return shown(request, message.customer, "channels/confirm.html", preferences_url=to, **context)


def _oftens(choices: Choices) -> list[tuple[str, Any, bool]]:
    """The ways of how often, and which one it is."""
    chosen = str(choices.every_days or AS_OFTEN)
    labels = {str(days): label for days, label in Preference.Every.choices}
    return [(value, label, value == chosen) for value, label in {AS_OFTEN: "", **labels}.items()]


def _do(request: HttpRequest, message: Message) -> str:
    """Do what was chosen; returns what to say of it, in the customer's language."""
    customer, now = message.customer, clock.now()
    proof = {"message": str(message.public_id), "address": part_of_address(request)}
    said = Said(f"preferences:{message.public_id}", proof)
    with in_language_of(customer):
        match request.POST.get("do"):
            case "leave":
                leave_all(customer, said, now)
                return _("You will get no more messages from us, but those that you ask for.")
            case "pause":
                pause(customer, now + PAUSE, now)
                return _("Your messages are paused.")
            case "resume":
                pause(customer, None, now)
                return _("The pause is over.")
            case "save":
                choices = choices_of(customer, now)
                save_choices(customer, _wanted(request, choices), _often(request, choices), said, now)
                return _("Your choices are saved.")
    return ""


def _wanted(request: HttpRequest, choices: Choices) -> dict[str, Wanted]:
    """What is ticked; of channels that were on the page, for the others nobody was asked about."""
    listed = set(request.POST.getlist("channel"))
    ticked = set(request.POST.getlist("on"))
    return {
        channel.kind: Wanted(
            channel.kind in ticked,
            {topic.slug for topic in channel.topics if f"{channel.kind}/{topic.slug}" in ticked},
        )
        for channel in choices.channels
        if channel.kind in listed
    }


def _often(request: HttpRequest, choices: Choices) -> int | None:
    """How often; what is none of the choices changes nothing."""
    said = request.POST.get("often", "")
    if said == AS_OFTEN:
        return None
    return int(said) if said in map(str, Preference.Every.values) else choices.every_days
