"""Stages, fates, channels, lengths and moments as the pages show them."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext, gettext_lazy, ngettext

from config.help import Help, help_for
from config.masking import shown_document, shown_text
from config.undo import undo_of

register = template.Library()

CHANNELS = {
    "email": gettext_lazy("e-mail"),
    "sms": gettext_lazy("SMS"),
    "push": gettext_lazy("push"),
    "webhook": gettext_lazy("webhook"),
}
CHANNEL_ICONS = {"email": "mail", "sms": "sms", "push": "notifications", "webhook": "webhook"}
# The seven terms of the design's identity, in the order in which they are told.
FATES = {
    "queued": gettext_lazy("queued"),
    "held": gettext_lazy("held"),
    "sending": gettext_lazy("sending"),
    "sent": gettext_lazy("sent"),
    "suppressed": gettext_lazy("not sent"),
    "failed": gettext_lazy("failed"),
    "uncertain": gettext_lazy("uncertain"),
}
BRANCHES = {
    "happened": gettext_lazy("it happened"),
    "timed_out": gettext_lazy("time ran out"),
    "sent": gettext_lazy("sent"),
    "not_sent": gettext_lazy("not sent"),
    "passed": gettext_lazy("it is over"),
    "missing": gettext_lazy("there is no date"),
    "held_out": gettext_lazy("held out"),
    "again": gettext_lazy("again"),
    "exhausted": gettext_lazy("often enough"),
    "failed": gettext_lazy("could not be done"),
    "else": gettext_lazy("else"),
}
EXITS = {
    "finished": gettext_lazy("came to its end"),
    "archived": gettext_lazy("the journey was archived"),
    "merged": gettext_lazy("joined with another customer"),
    "migrated": gettext_lazy("no place in the new version"),
    "api": gettext_lazy("taken out over the API"),
}
GOAL = "goal:"
STAGES = ["awareness", "discovery", "interest", "consideration", "action", "use", "advocacy"]
DASH = "\N{EN DASH}"  # for what there is none of
MINUS = "\N{MINUS SIGN}"
LEAST_SHARE = 0.1
SHARE_DIGITS = 10  # below this percentage one decimal is told


@register.simple_tag(takes_context=True)
def page_help(context: template.Context) -> Help | None:
    """What the page is for."""
    return help_for(context["request"]) if "request" in context else None


@register.simple_tag
def stage(row: Any) -> SafeString:
    """A stage as its hexagon, number and name; a dash where there is none."""
    if row is None:
        return format_html('<span class="s-note">{}</span>', gettext("no stage yet"))
    return format_html('<span class="s-stage stage-{0}"><i>{0}</i>{1}</span>', row.number, row.label)


@register.simple_tag
def stage_named(slug: str) -> SafeString:
    """A stage as its events name it, by its key."""
    if slug not in STAGES:
        return format_html("{}", slug)
    text = '<span class="s-stage stage-{0}"><i>{0}</i>{1}</span>'
    return format_html(text, STAGES.index(slug) + 1, gettext(slug))


@register.simple_tag
def fate(state: str, label: str) -> SafeString:
    """A message's state with its sign."""
    return format_html('<span class="s-fate fate-{}">{}</span>', state, label)


@register.filter
def parts(ledger: Any) -> list[tuple[str, str, int]]:
    """Of a ledger each fate, its name, and how many."""
    return [(name, str(label), getattr(ledger, name)) for name, label in FATES.items()]


@register.filter
def icon(channel: str) -> SafeString:
    """The symbol of a channel."""
    name = CHANNEL_ICONS.get(channel, "help")
    return format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', name)


@register.filter
def channel_name(channel: str) -> str:
    """A channel as people call it."""
    return str(CHANNELS.get(channel, channel))


@register.filter
def branch_name(branch: str) -> str:
    """One of the usual branches in words; any other has the name that a person gave it."""
    return str(BRANCHES.get(branch, branch))


@register.filter
def exit_name(reason: str) -> str:
    """Why a customer left a journey, in words; another reason than Sette's own as a person wrote it."""
    if reason.startswith(GOAL):
        return gettext("reached the goal %(goal)s") % {"goal": reason.removeprefix(GOAL)}
    return str(EXITS.get(reason, reason))


@register.filter
def number(value: float | Decimal | None) -> str:
    """A number with the reader's thousands; a dash where there is none."""
    return DASH if value is None else number_format(value, force_grouping=True)


@register.filter
def share(part: int, whole: int) -> str:
    """A part of a whole in per cent; a dash where there is no whole."""
    if not whole:
        return DASH
    percent = 100 * part / whole
    if 0 < percent < LEAST_SHARE:
        return f"< {number_format(LEAST_SHARE, 1)} %"
    digits = 0 if percent >= SHARE_DIGITS or percent == 0 else 1
    return f"{number_format(round(percent, digits), digits)} %"


@register.filter
def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    said = round(100 * difference, 1)
    sign = "+" if said > 0 else MINUS if said < 0 else ""
    return f"{sign}{number_format(abs(said), 1)}"


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency."""
    return f"{number_format(amount, 2, force_grouping=True)} {currency}"


@register.filter
def width(part: int, whole: int) -> str:
    """A part of a whole as a width in CSS, whatever the reader's decimal sign."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"


@register.filter
def span_words(span: timedelta | None) -> str:
    """A length of time in words: 2 days, 36 hours, 90 minutes."""
    if span is None:
        return DASH
    seconds = int(span.total_seconds())
    if seconds and seconds % 86_400 == 0:
        return ngettext("%(n)s day", "%(n)s days", seconds // 86_400) % {"n": seconds // 86_400}
    if seconds and seconds % 3_600 == 0:
        return ngettext("%(n)s hour", "%(n)s hours", seconds // 3_600) % {"n": seconds // 3_600}
    minutes = max(1, seconds // 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


@register.filter
def about(span: timedelta | None) -> str:
    """A length of time in its greatest unit that leaves two of it at least: 27 days, 5 hours, 90 minutes."""
    if span is None:
        return DASH
    for unit in (timedelta(days=1), timedelta(hours=1)):
        if span >= 2 * unit:
            return span_words(round(span / unit) * unit)
    return span_words(span)


@register.filter
def stage_words(number: int | str) -> str:
    """A stage by its number, as text: 6 use; 0 is no stage yet."""
    place = int(number)
    return f"{place} {gettext(STAGES[place - 1])}" if place else gettext("no stage yet")


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """A moment to the minute, with the exact one on hovering."""
    if at is None:
        return DASH
    local = timezone.localtime(at)
    text = date_format(local, "DATETIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), local.strftime("%F %T %Z"), text
    )


@register.filter
def moment_of(text: str) -> SafeString | str:
    """A moment that an event's properties name, as `moment` shows it."""
    return moment(datetime.fromisoformat(text))


@register.filter
def ago(at: datetime | None, now: datetime) -> str:
    """How long before `now` it was, in one word or two."""
    if at is None:
        return DASH
    if now - at < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(at, now, depth=1)}


@register.filter
def personal(value: Any) -> Any:
    """A text or document of a customer, as whoever asks may see it."""
    return shown_text(value) if isinstance(value, str) else shown_document(value)


@register.filter
def as_json(value: Any) -> str:
    """JSON as a person reads it."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.filter
def undo(message: Any) -> Any:
    """How what a message tells can be taken back; None where it can't be."""
    return undo_of(message.extra_tags or "")
