"""Plain values of rules: texts, dotted paths into JSON, moments, spans of time. Pure."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import AfterValidator, BeforeValidator

from customers.rules.errors import Slip

MAX_TEXT = 1000
MAX_KEYS = 10
LONGEST = timedelta(days=36_600)
SPAN = re.compile(
    r"P(?=.)(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
LIST = "[]"


def clean_text(text: str) -> str:
    """`text`, if the database can hold and compare it; Slip for an empty, overlong or broken one."""
    if not text:
        raise Slip(_("An empty text can't be asked for; is_not_set finds what is empty."))
    if len(text) > MAX_TEXT:
        raise Slip(_("The text is longer than %(most)d characters.") % {"most": MAX_TEXT})
    if "\x00" in text or re.search("[\ud800-\udfff]", text):
        raise Slip(_("The text contains a character that can't be stored (NUL or half a surrogate pair)."))
    return text


def check_path(path: str) -> str:
    """`path`, if it is one: keys between dots, `[]` after a key whose value is a list."""
    keys = clean_text(path).split(".")
    if len(keys) > MAX_KEYS:
        raise Slip(_("The path has more than %(most)d keys.") % {"most": MAX_KEYS})
    if any(not key.removesuffix(LIST) or LIST in key.removesuffix(LIST) for key in keys):
        raise Slip(_("A path is keys between dots, as in address.city or products[].department."))
    return path


def parse_span(value: object) -> timedelta:
    """An ISO 8601 duration from weeks down to seconds (`P90D`, `PT36H`); Slip where it is none."""
    if isinstance(value, timedelta):
        return value
    found = SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Slip(_("A span of time is written as in P90D, P2W or PT36H; give days for months and years."))
    parts = {unit: int(count) for unit, count in found.groupdict().items() if count}
    span = timedelta(**parts)
    if not timedelta(0) < span <= LONGEST:
        raise Slip(
            _("A span of time is longer than nothing and at most %(most)d days.") % {"most": LONGEST.days}
        )
    return span


def parse_moment(value: str) -> datetime:
    """A date (its first moment, in UTC) or a date and time in ISO 8601; without an offset it is UTC."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        pass
    else:
        return _in_range(datetime.combine(day, time(), UTC))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Slip(_("A date is written as in 2026-03-31 or 2026-03-31T09:30:00+02:00.")) from None
    return _in_range(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _in_range(moment: datetime) -> datetime:
    if not 1900 <= moment.year < 3000:  # noqa: PLR2004 - the years that are understood in data too
        raise Slip(_("The year must be from 1900 to 2999."))
    return moment


def json_path(path: str) -> str:
    """`path` as SQL/JSON path in lax mode, each key quoted: through a list it reaches each element."""
    return "$" + "".join(
        f".{json.dumps(key.removesuffix(LIST))}{'[*]' if key.endswith(LIST) else ''}"
        for key in path.split(".")
    )


def top_key(path: str) -> str:
    """The first key of `path`: the trait that it lies in."""
    return path.split(".", 1)[0].removesuffix(LIST)


def has_list(path: str) -> bool:
    """Whether `path` goes through a list, element by element."""
    return LIST in path


def span_words(span: timedelta) -> str:
    """`span` as it is said: "90 days", "36 hours"."""
    seconds = int(span.total_seconds())
    if seconds % 86_400 == 0:
        return ngettext("%(count)d day", "%(count)d days", seconds // 86_400) % {"count": seconds // 86_400}
    if seconds % 3_600 == 0:
        return ngettext("%(count)d hour", "%(count)d hours", seconds // 3_600) % {"count": seconds // 3_600}
    if seconds % 60 == 0:
        return ngettext("%(count)d minute", "%(count)d minutes", seconds // 60) % {"count": seconds // 60}
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


Text = Annotated[str, AfterValidator(clean_text)]
JsonKeys = Annotated[str, AfterValidator(check_path)]
Span = Annotated[timedelta, BeforeValidator(parse_span)]
