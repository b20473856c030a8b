"""A recurrence (RFC 5545) in words, and when it comes next: for cards, the designer, pictures. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from pydantic import ValidationError

from journeys.triggers.schedule import ScheduleTrigger

SHOWN = 5
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
EVERY: dict[str, Any] = {
    "HOURLY": ngettext_lazy("every hour", "every %(n)d hours", "n"),
    "DAILY": ngettext_lazy("every day", "every %(n)d days", "n"),
    "WEEKLY": ngettext_lazy("every week", "every %(n)d weeks", "n"),
    "MONTHLY": ngettext_lazy("every month", "every %(n)d months", "n"),
    "YEARLY": ngettext_lazy("every year", "every %(n)d years", "n"),
}
WHICH = {
    "1": gettext_lazy("the first %(day)s"),
    "2": gettext_lazy("the second %(day)s"),
    "3": gettext_lazy("the third %(day)s"),
    "4": gettext_lazy("the fourth %(day)s"),
    "-1": gettext_lazy("the last %(day)s"),
}
LAST = "-1"
SAID = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL"}


def recurrence_words(text: str) -> str:
    """A rule in words: "every 2 weeks, Monday, Thursday, 5 times"; one that can't be said so, as it is."""
    parts = dict(part.split("=", 1) for part in text.upper().strip(";").split(";") if "=" in part)
    if parts.keys() - SAID or parts.get("FREQ") not in EVERY:
        return text
    try:
        return ", ".join(_said(parts))
    except (ValueError, KeyError):
        return text


def _said(parts: Mapping[str, str]) -> Iterator[str]:
    yield str(EVERY[parts["FREQ"]] % {"n": int(parts.get("INTERVAL", "1"))})
    for day in filter(None, parts.get("BYDAY", "").split(",")):
        yield _day(day)
    for day in filter(None, parts.get("BYMONTHDAY", "").split(",")):
        yield _("the last day") if day == LAST else _("day %(day)d") % {"day": int(day)}
    if "COUNT" in parts:
        yield str(ngettext_lazy("a single time", "%(n)d times", "n") % {"n": int(parts["COUNT"])})
    if "UNTIL" in parts:
        until = datetime.strptime(parts["UNTIL"][:8], "%Y%m%d")  # noqa: DTZ007 - a local day
        yield _("until %(day)s") % {"day": date_format(until, "DATE_FORMAT")}


def _day(text: str) -> str:
    """MO is Monday, -1FR the last Friday."""
    name = str(WEEKDAYS[DAYS.index(text[-2:])])
    return str(WHICH[text[:-2].removeprefix("+")]) % {"day": name} if text[:-2] else name


def next_runs(settings: Mapping[str, Any], now: datetime) -> list[datetime]:
    """When a schedule by its settings runs next; none where it can't be read, or is none."""
    given = {name: value for name, value in settings.items() if name != "kind"}
    try:
        trigger = ScheduleTrigger.model_validate(given)
    except ValidationError:
        return []
    runs: list[datetime] = []
    while len(runs) < SHOWN:
        run = trigger.next_start(runs[-1] if runs else None, runs[-1] if runs else now)
        if run is None:
            break
        runs.append(run)
    return runs
