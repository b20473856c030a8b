"""What each kind of step says of its settings, in a few words. Of drafts too: nothing here may fail."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import TypeAdapter, ValidationError

from config.templatetags.sette import DASH, number
from journeys.span import Span
from journeys.steps.wait_until import WEEK
from journeys.trigger_sayings import trigger_words

Json = Mapping[str, Any]
Words = Callable[[Json], str]
SPAN = TypeAdapter(Span)
DAYS = {str(day): WEEKDAYS_ABBR[place] for place, day in enumerate(WEEK)}
BETWEEN = " · "


def plain(settings: Json) -> str:
    """Of a kind that has no words of its own."""
    return ", ".join(
        f"{key} {_figure(value)}" for key, value in settings.items() if isinstance(value, str | int | float)
    )


def _figure(value: Any) -> str:
    """A number as the reader writes it; what is none as it stands."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number(value) if is_number else str(value)


def of_span(value: Any) -> str:
    """A span as it is said; what is none as it is written."""
    try:
        return span_words(SPAN.validate_python(value))
    except ValidationError:
        return str(value)


def span_words(span: Span) -> str:
    """A length of time, and by what it goes: "1 day (same local time)", "24 hours (elapsed)"."""
    minutes, seconds = divmod(int(span.elapsed.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    weeks, days = (span.days // 7, 0) if span.days % 7 == 0 else (0, span.days)
    calendar = [
        ngettext("%(n)s month", "%(n)s months", span.months) % {"n": span.months} if span.months else "",
        ngettext("%(n)s week", "%(n)s weeks", weeks) % {"n": weeks} if weeks else "",
        ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else "",
    ]
    watch = [
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else "",
        ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds} if seconds else "",
    ]
    said = []
    if any(calendar):
        said.append(_("%(span)s (same local time)") % {"span": " ".join(filter(None, calendar))})
    if any(watch):
        said.append(_("%(span)s (elapsed)") % {"span": " ".join(filter(None, watch))})
    return ", ".join(said)


def _of(*names: str) -> Words:
    """Some settings as they are written, where they are given."""
    return lambda settings: BETWEEN.join(str(settings[name]) for name in names if settings.get(name))


def _cases(name: str) -> Words:
    """The branches of a list of cases."""
    return lambda settings: ", ".join(str(case.get("branch", "")) for case in _dicts(settings.get(name)))


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _ways(settings: Json) -> str:
    """The contents in their order, and by which the customer is reached."""
    contents = ", ".join(str(way.get("content", "")) for way in _dicts(settings.get("contents")))
    by = _("as preferred") if settings.get("order") == "preferred" else _("the first that reaches them")
    return f"{contents}{BETWEEN}{by}"


def _awaited(settings: Json) -> str:
    things = [_thing(one) for one in _dicts(settings.get("for"))] or [str(settings.get("event", ""))]
    told = {"event": ", ".join(dict.fromkeys(things)), "span": of_span(settings.get("at_most", ""))}
    return _("%(event)s, at most %(span)s") % told


def _thing(one: Json) -> str:
    for name, words in THINGS.items():
        if one.get(name):
            return str(words) % {"name": one[name]}
    return str(one.get("branch", ""))


THINGS: dict[str, Any] = {
    "event": "%(name)s",
    "segment_entered": gettext_lazy("enters the segment %(name)s"),
    "segment_left": gettext_lazy("leaves the segment %(name)s"),
    "stage_reached": gettext_lazy("reaches the stage %(name)s"),
    "opened": gettext_lazy("opens %(name)s"),
    "clicked": gettext_lazy("clicks in %(name)s"),
    "delivered": gettext_lazy("gets %(name)s"),
}


def _local_time(settings: Json) -> str:
    days = settings.get("weekdays")
    if not isinstance(days, list) or set(WEEK) <= {str(day) for day in days}:
        when = _("any day")
    else:
        when = ", ".join(str(DAYS.get(str(day), day)) for day in days)
    hours = settings.get("at", "")
    if settings.get("from"):
        hours = f"{settings['from']}{DASH}{settings.get('to', '')}"
    return f"{hours}{BETWEEN}{when}"


def _date(settings: Json) -> str:
    date = str(settings.get("on") or settings.get("trait") or settings.get("property") or "")
    shift = settings.get("shift")
    if isinstance(shift, dict):
        words = (
            _("%(span)s before %(date)s") if shift.get("way") == "before" else _("%(span)s after %(date)s")
        )
        date = words % {"span": of_span(shift.get("span", "")), "date": date}
    return f"{date}{BETWEEN}{settings['at']}" if settings.get("at") else date


def _parts(settings: Json) -> str:
    parts = _dicts(settings.get("parts"))
    return BETWEEN.join(f"{part.get('branch', '')} {_figure(part.get('weight', 1))}" for part in parts)


def _trait(settings: Json) -> str:
    value = settings.get("path") or settings.get("value")
    if isinstance(value, bool):
        value = _("yes") if value else _("no")
    sign = {"set": "=", "add": "+", "append": "+", "remove": "-", "unset": "= ∅"}
    said = [settings.get("trait", ""), sign.get(str(settings.get("do", "set")), "=")]
    return " ".join(map(str, said if value is None else [*said, _figure(value)]))


def _consent(settings: Json) -> str:
    said = _("yes") if settings.get("granted") else _("no")
    return BETWEEN.join([*filter(None, [_of("channel", "topic")(settings)]), said])


def _stage(settings: Json) -> str:
    span = settings.get("hold_for")
    return BETWEEN.join([str(settings.get("stage", "")), *([of_span(span)] if span else [])])


def _rate(settings: Json) -> str:
    per = {"minute": _("%(n)s a minute"), "hour": _("%(n)s an hour"), "day": _("%(n)s a day")}
    words = per.get(str(settings.get("per", "hour")), "%(n)s")
    return words % {"n": _figure(settings.get("at_most", ""))}


def _times(settings: Json) -> str:
    return _("at most %(n)s times") % {"n": _figure(settings.get("at_most", ""))}


def _share(settings: Json) -> str:
    return f"{_figure(settings.get('percent', ''))} %"


KINDS: dict[str, tuple[str, Any, Words]] = {
    "trigger": ("play_circle", gettext_lazy("Starts"), trigger_words),
    "send": ("send", gettext_lazy("Send"), _ways),
    "send_email": ("mail", gettext_lazy("Send e-mail"), _of("content")),
    "send_sms": ("sms", gettext_lazy("Send SMS"), _of("content")),
    "send_push": ("notifications", gettext_lazy("Send push"), _of("content")),
    "send_webhook": ("webhook", gettext_lazy("Call webhook"), _of("content")),
    "call_webhook": ("webhook", gettext_lazy("Ask webhook"), _of("content")),
    "wait": ("hourglass_empty", gettext_lazy("Wait"), lambda settings: of_span(settings.get("span", ""))),
    "wait_until": ("schedule", gettext_lazy("Wait until"), _local_time),
    "wait_date": ("event", gettext_lazy("Wait for date"), _date),
    "wait_best_hour": ("wb_twilight", gettext_lazy("Wait for their best hour"), lambda _settings: ""),
    "wait_for": ("notifications_active", gettext_lazy("Wait for"), _awaited),
    "branch": ("call_split", gettext_lazy("Branch"), _cases("rules")),
    "branch_message": ("mark_email_read", gettext_lazy("Branch by message"), _cases("cases")),
    "split": ("shuffle", gettext_lazy("Split"), _parts),
    "holdout": ("front_hand", gettext_lazy("Hold out"), _share),
    "update_trait": ("edit", gettext_lazy("Change trait"), _trait),
    "add_to_list": ("playlist_add", gettext_lazy("Add to list"), _of("list")),
    "remove_from_list": ("playlist_remove", gettext_lazy("Remove from list"), _of("list")),
    "set_consent": ("verified_user", gettext_lazy("Set consent"), _consent),
    "move_stage": ("moving", gettext_lazy("Move to stage"), _stage),
    "start_journey": ("play_arrow", gettext_lazy("Start journey"), _of("journey")),
    "stop_journey": ("stop", gettext_lazy("Stop journey"), _of("journey", "reason")),
    "rate_gate": ("speed", gettext_lazy("Let through"), _rate),
    "goto": ("redo", gettext_lazy("Go to"), _times),
    "goal": ("flag", gettext_lazy("Goal"), _of("goal")),
    "exit": ("logout", gettext_lazy("Leave"), _of("reason")),
}
