"""A trial of a text with made-up values, each of which passes for text, number, date, list and dict."""

from collections.abc import Iterator
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, meta

from channels.content.compile import Source, check_json
from channels.content.problem import ContentError, Problem
from channels.content.sandbox import (
    DICT_METHODS,
    STRING_METHODS,
    MessageEnvironment,
    TemplateFault,
    error_line,
    explain,
)

FIELDS = ("subject", "body", "plain", "link")
KNOWN = {"customer", "event", "trigger", "answers", "message", "brand"}
ADDRESS = "https://example.com/"
BRAND = dict.fromkeys(("name", "url", "language", "country", "time_zone", "currency"), "EUR")
MESSAGE = dict.fromkeys(("id", "unsubscribe_url", "preferences_url", "confirm_url", "open_url"), ADDRESS)


class Sample(str):
    """A value of any kind; as text it is a number and a date."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        return iter((self, self))


SAMPLE = Sample("20260101")


class TrialEnvironment(MessageEnvironment):
    """The sandbox of messages, where samples have every part that is asked for."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A sample's parts are samples; methods that it may have work."""
        if isinstance(obj, Sample) and attribute in DICT_METHODS:
            return lambda *_names: [(SAMPLE, SAMPLE)] if attribute == "items" else SAMPLE
        if isinstance(obj, Sample) and attribute not in STRING_METHODS:
            return SAMPLE
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A sample's parts are samples."""
        return SAMPLE if isinstance(obj, Sample) else super().getitem(obj, argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """A sample counts as 1."""
        one = [1 if isinstance(side, Sample) else side for side in (left, right)]
        return super().call_binop(context, operator, *one)


HTML_TRIAL = TrialEnvironment(autoescape=True)
TEXT_TRIAL = TrialEnvironment(autoescape=False)


def try_out(source: Source) -> list[Problem]:
    """What goes wrong whatever the customer: unknown names, forbidden things, loops too long.

    Lines are those written.
    """
    samples = dict.fromkeys(("customer", "event", "trigger", "answers"), SAMPLE)
    values: dict[str, Any] = {**samples, "message": MESSAGE, "brand": BRAND, "_click": str}
    return [
        problem
        for field in FIELDS
        for problem in (*_unknown_names(source, field), *_attempt(source, field, values, is_sample=True))
    ]


def try_with(source: Source, context: dict[str, Any]) -> list[Problem]:
    """What goes wrong for one customer, with the lines that were written."""
    values = context | {"_click": str}
    return [problem for field in FIELDS for problem in _attempt(source, field, values, is_sample=False)]


def _environment(source: Source, field: str) -> TrialEnvironment:
    return HTML_TRIAL if field == "body" and source.channel == "email" else TEXT_TRIAL


def _attempt(source: Source, field: str, values: dict[str, Any], *, is_sample: bool) -> list[Problem]:
    try:
        filled = _environment(source, field).from_string(getattr(source, field)).render(values)
        if field == "body" and source.channel == "webhook":
            check_json(filled)
    except ContentError as error:
        return error.problems
    except TemplateError as error:
        return [Problem(field, error_line(error), explain(error))]
    except TemplateFault as error:
        return [] if is_sample else [Problem(field, error_line(error), explain(error))]
    return []


def _unknown_names(source: Source, field: str) -> list[Problem]:
    written = getattr(source, field)
    try:
        names = meta.find_undeclared_variables(_environment(source, field).parse(written)) - KNOWN - {"range"}
    except TemplateSyntaxError:
        return []  # told by the attempt
    return [
        Problem(field, _line_of(name, written), f"There is no {name!r}: write {', '.join(sorted(KNOWN))}.")
        for name in sorted(names)
    ]


def _line_of(name: str, written: str) -> int:
    return written.count("\n", 0, max(written.find(name), 0)) + 1
