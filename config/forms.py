"""A field for JSON that is read and written by people: in order, in one typeface, errors with their line."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import TEXTAREA_CLASSES, UnfoldAdminTextInputWidget

from config.templatetags.sette import span_words

LONGEST = 200_000
SPAN = re.compile(r"\s*(\d{1,5})\s*([a-zà-ù]+)\s*", re.IGNORECASE)
# By their first letters, in English and Italian: 90 minutes, 36 ore, 7 days, 2 settimane.
UNITS = {
    "mi": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "o": timedelta(hours=1),
    "d": timedelta(days=1),
    "g": timedelta(days=1),
    "w": timedelta(weeks=1),
    "s": timedelta(weeks=1),
}


# PostgreSQL keeps a JSON object's keys in its own order; people read what a thing is before what is set.
KEYS = (
    *("trigger", "start", "steps", "id", "kind", "field", "event", "trait", "aggregate", "property"),
    *("combinator", "not", "operator", "value", "within", "before", "where", "branch", "rule", "rules"),
    *("settings", "branches"),
)
PLACES = {key: place for place, key in enumerate(KEYS)}


def ordered(value: Any) -> Any:
    """The same JSON with the keys of rules and graphs in the order in which they are read."""
    if isinstance(value, list):
        return [ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: PLACES.get(key, len(KEYS)))
    return {key: ordered(value[key]) for key in keys}


class CodeEditor(forms.Textarea):
    """A wide text area in a typeface of one width."""

    def __init__(self, rows: int = 18, *, is_json: bool = False) -> None:
        attrs: dict[str, Any] = {
            "rows": rows,
            "spellcheck": "false",
            "class": " ".join([*TEXTAREA_CLASSES, "s-code"]),
        }
        super().__init__(attrs | ({"data-json": ""} if is_json else {}))


class JsonField(forms.JSONField):
    """JSON as text; a slip in it is told with its line and column."""

    def __init__(self, *, rows: int = 18, **options: Any) -> None:
        super().__init__(widget=CodeEditor(rows, is_json=True), **options)

    def prepare_value(self, value: Any) -> Any:
        """In order, with its own letters."""
        if isinstance(value, str):
            return value
        return json.dumps(ordered(value), indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        """The value, or what is wrong with the text."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        if len(value) > LONGEST:
            raise ValidationError(_("The text is longer than %(most)d characters.") % {"most": LONGEST})
        try:
            return json.loads(value, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            told = {"line": error.lineno, "column": error.colno, "message": error.msg}
            raise ValidationError(_("Line %(line)d, column %(column)d: %(message)s.") % told) from error
        except RecursionError as error:
            raise ValidationError(_("It is nested too deeply.")) from error


class SpanField(forms.Field):
    """A length of time in words: 7 days, 36 hours, 90 minutes."""

    def __init__(self, **options: Any) -> None:
        example = gettext_lazy("For example: 7 days, 36 hours, 90 minutes.")
        super().__init__(widget=UnfoldAdminTextInputWidget(), help_text=example, **options)

    def prepare_value(self, value: Any) -> Any:
        """In the reader's words."""
        return span_words(value) if isinstance(value, timedelta) else value

    def to_python(self, value: Any) -> timedelta | None:
        """The length, or what can be written."""
        if not value:
            return None
        found = SPAN.fullmatch(str(value))
        unit = next((UNITS[start] for start in UNITS if found and found[2].lower().startswith(start)), None)
        if found is None or unit is None or int(found[1]) == 0:
            raise ValidationError(_("Write a number and a unit, such as 7 days, 36 hours or 90 minutes."))
        return int(found[1]) * unit


def _refuse(constant: str) -> None:
    raise ValidationError(_("%(constant)s is no number in JSON.") % {"constant": constant})


def told(errors: Iterable[Mapping[str, Any]]) -> list[str]:
    """The errors of a rule or a graph, each with where it is."""
    return [
        f"{error['path']}: {error['message']}" if error.get("path") else error["message"] for error in errors
    ]
