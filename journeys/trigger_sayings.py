"""What sets a journey off, in a few words: for the picture of a journey. Drafts may be broken."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.templatetags.sette import span_words
from journeys.recurring import recurrence_words

Json = Mapping[str, Any]
MOST_DAYS = 366  # before or after a date


def trigger_words(settings: Json) -> str:
    """Of a trigger by its settings, its kind among them; of an unknown kind, its name."""
    kind = str(settings.get("kind", ""))
    words = KINDS.get(kind)
    return words(settings) if words else kind


def _text(settings: Json, name: str) -> str:
    value = settings.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def _said(template: Any, name: str, *, existing: Any = None) -> Callable[[Json], str]:
    def words(settings: Json) -> str:
        said = str(template) % {"what": _text(settings, name)}
        return f"{said} {existing}" if existing and settings.get("existing") else said

    return words


def _trait(settings: Json) -> str:
    told = {name: _text(settings, name) for name in ("trait", "from", "to")}
    if told["to"] and told["from"]:
        return _("%(trait)s changes from %(from)s to %(to)s") % told
    if told["to"]:
        return _("%(trait)s becomes %(to)s") % told
    return _("%(trait)s changes") % told


def _message(settings: Json) -> str:
    happened = HAPPENED.get(_text(settings, "happened"), _text(settings, "happened"))
    about = [_text(settings, name) for name in ("channel", "content", "link")]
    return " · ".join([str(happened), *(part for part in about if part)])


def _keywords(settings: Json) -> str:
    keywords = settings.get("keywords")
    listed = ", ".join(map(str, keywords)) if isinstance(keywords, list) else ""
    return _("SMS that begins with %(what)s") % {"what": listed}


def _journey(settings: Json) -> str:
    told = {"what": _text(settings, "journey"), "reason": _text(settings, "reason")}
    if settings.get("happened") == "entered":
        return _("journey %(what)s entered") % told
    if told["reason"]:
        return _("journey %(what)s ended: %(reason)s") % told
    return _("journey %(what)s ended") % told


def _date(settings: Json) -> str:
    days = settings.get("days", 0)
    told = {"what": _text(settings, "trait"), "at": _text(settings, "at") or "09:00"}
    if not isinstance(days, int) or not days or abs(days) > MOST_DAYS:
        return _("%(what)s comes, %(at)s") % told
    template = _("%(span)s before %(what)s, %(at)s") if days < 0 else _("%(span)s after %(what)s, %(at)s")
    return template % (told | {"span": span_words(timedelta(days=abs(days)))})


def _schedule(settings: Json) -> str:
    when = _text(settings, "at") or recurrence_words(_text(settings, "rrule"))
    told = {"what": _text(settings, "segment"), "when": when}
    return _("all in %(what)s: %(when)s") % told


EXISTING = gettext_lazy("(and who is there)")
HAPPENED = {
    "delivered": gettext_lazy("message delivered"),
    "opened": gettext_lazy("message opened"),
    "clicked": gettext_lazy("link clicked"),
    "replied": gettext_lazy("message answered"),
    "deferred": gettext_lazy("message deferred"),
    "bounced": gettext_lazy("message bounced"),
    "complained": gettext_lazy("message reported as spam"),
    "gone": gettext_lazy("address gone"),
}
KINDS: dict[str, Callable[[Json], str]] = {
    "event": _said("%(what)s", "event"),
    "segment_entered": _said(gettext_lazy("enters %(what)s"), "segment", existing=EXISTING),
    "segment_left": _said(gettext_lazy("leaves %(what)s"), "segment"),
    "stage_reached": _said(gettext_lazy("reaches the stage %(what)s"), "stage", existing=EXISTING),
    "stage_left": _said(gettext_lazy("leaves the stage %(what)s"), "stage"),
    "trait_changed": _trait,
    "message": _message,
    "sms_keyword": _keywords,
    "form": _said(gettext_lazy("form %(what)s sent"), "form"),
    "journey": _journey,
    "date": _date,
    "schedule": _schedule,
    "api": lambda _settings: _("called by the API"),
}
