"""What a step does, in a few words and a symbol: for the picture of a journey."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import TypeAdapter, ValidationError

from config.templatetags.sette import span_words
from journeys.step import Span
from journeys.steps.wait_until import WEEK

Json = Mapping[str, Any]
SPAN: TypeAdapter[Any] = TypeAdapter(Span)


@dataclass(frozen=True)
class Saying:
    """A symbol, a title, and what is set."""

    icon: str
    title: str
    words: str

    def __str__(self) -> str:
        return f"{self.title}: {self.words}" if self.words else self.title


def saying(kind: str, settings: Json) -> Saying:
    """Of a step or the trigger; a kind that is not told here shows its own name and settings."""
    icon, title, words = KINDS.get(kind, ("extension", kind, _plain))
    return Saying(icon, str(title), words(settings))


def _plain(settings: Json) -> str:
    return ", ".join(
        f"{key} {value}" for key, value in settings.items() if isinstance(value, str | int | float)
    )


def _span(value: Any) -> str:
    try:
        return span_words(SPAN.validate_python(value))
    except ValidationError:
        return str(value)


def _content(settings: Json) -> str:
    return str(settings.get("content", ""))


def _branches(settings: Json) -> str:
    rules = settings.get("rules")
    cases = rules if isinstance(rules, list) else []
    return ", ".join(str(case.get("branch", "")) for case in cases if isinstance(case, dict))


def _awaited(settings: Json) -> str:
    told = {"event": settings.get("event", ""), "span": _span(settings.get("at_most", ""))}
    return _("%(event)s, at most %(span)s") % told


def _local_time(settings: Json) -> str:
    days = settings.get("weekdays")
    if not isinstance(days, list) or set(WEEK) <= {str(day) for day in days}:
        when = _("any day")
    else:
        when = ", ".join(str(DAYS.get(str(day), day)) for day in days)
    return f"{settings.get('at', '')} · {when}"


def _trigger(settings: Json) -> str:
    return str(settings.get("event") or settings.get("segment") or settings.get("stage") or "")


DAYS = {str(day): WEEKDAYS_ABBR[place] for place, day in enumerate(WEEK)}
Words = Callable[[Json], str]
KINDS: dict[str, tuple[str, Any, Words]] = {
    "trigger": ("play_circle", gettext_lazy("Starts"), _trigger),
    "send_email": ("mail", gettext_lazy("Send e-mail"), _content),
    "send_sms": ("sms", gettext_lazy("Send SMS"), _content),
    "send_push": ("notifications", gettext_lazy("Send push"), _content),
    "send_webhook": ("webhook", gettext_lazy("Call webhook"), _content),
    "wait": ("hourglass_empty", gettext_lazy("Wait"), lambda settings: _span(settings.get("span", ""))),
    "wait_until": ("schedule", gettext_lazy("Wait until"), _local_time),
    "wait_for": ("notifications_active", gettext_lazy("Wait for"), _awaited),
    "branch": ("call_split", gettext_lazy("Branch"), _branches),
    "exit": ("logout", gettext_lazy("Leave"), lambda settings: str(settings.get("reason", ""))),
}
