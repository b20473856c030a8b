"""Stage definitions as JSON: how versions keep them, how drafts are read, where two differ. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from customers.models import Stage
from customers.models.stage import LABELS
from customers.rules import Problem, RuleError
from customers.rules.errors import Slip
from customers.rules.texts import parse_span

Definitions = Mapping[str, Mapping[str, Any]]  # by stage key
RULES = ("rule", "stay_rule", "leave_rule")
FIELDS = (*RULES, "precedence", "dwell", "interrupts", "onward", "back")
NUMBERS = {slug: number for number, slug in enumerate(LABELS, start=1)}


class Difference(NamedTuple):
    """One field of one stage that two definitions have differently."""

    stage: str
    field: str
    was: Any
    now: Any


def terms_of(stage: Stage) -> dict[str, Any]:
    """A stage's terms by their names, as the row has them."""
    return {field: getattr(stage, field) for field in FIELDS}


def written(terms: Mapping[int, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The terms of stages, by number, as JSON by key."""
    return {
        slug: {
            **terms[number],
            "dwell": duration_iso_string(dwell) if (dwell := terms[number]["dwell"]) else None,
        }
        for slug, number in NUMBERS.items()
    }


def in_order(definitions: Definitions) -> dict[str, dict[str, Any]]:
    """The same, stages and terms in the order in which they are read; PostgreSQL keeps its own."""
    return {slug: {field: definitions[slug][field] for field in FIELDS} for slug in LABELS}


def differences(was: Definitions, now: Definitions) -> list[Difference]:
    """Where two definitions differ, stage by stage."""
    return [
        Difference(slug, field, was[slug][field], now[slug][field])
        for slug in LABELS
        for field in FIELDS
        if was[slug][field] != now[slug][field]
    ]


def read(given: Any, base: Definitions) -> dict[int, dict[str, Any]]:
    """The fields of all seven stages by number: what `given` says, else `base`; or RuleError."""
    if not isinstance(given, Mapping):
        raise RuleError([Problem(path="", message=_("Write an object with stages by their keys."))])
    problems = [
        Problem(path=str(slug), message=_("One of the seven stages is needed: %s.") % ", ".join(LABELS))
        for slug in given
        if slug not in LABELS
    ]
    found: dict[int, dict[str, Any]] = {}
    for slug, number in NUMBERS.items():
        terms = given.get(slug, {})
        if not isinstance(terms, Mapping):
            problems.append(Problem(path=slug, message=_("Write an object with the stage's terms.")))
            continue
        found[number] = {}
        for field, value in {**base[slug], **terms}.items():
            try:
                found[number][str(field)] = _value(str(field), value)
            except Slip as slip:
                problems.append(Problem(path=f"{slug}.{field}", message=str(slip)))
    if problems:
        raise RuleError(problems)
    return found


def _value(field: str, value: Any) -> Any:
    """The value of a field as the row has it; rules are checked where they are kept or tried."""
    if field not in FIELDS:
        raise Slip(_("There is no such term. There are: %s.") % ", ".join(FIELDS))
    if field in RULES and not isinstance(value, dict):
        raise Slip(_("A rule is an object; the empty one is nobody."))
    if field == "dwell":
        return _span(value)
    if field == "precedence" and (type(value) is not int or not 1 <= value <= 100):  # noqa: PLR2004
        raise Slip(_("The precedence is a whole number from 1 to 100."))
    if field == "interrupts" and not isinstance(value, bool):
        raise Slip(_("true or false is needed here."))
    choices = {"onward": Stage.Onward.values, "back": Stage.Back.values}.get(field)
    if choices and value not in choices:
        raise Slip(_("One of these is needed: %s.") % ", ".join(choices))
    return value


def _span(value: Any) -> timedelta | None:
    return None if value is None else parse_span(value)
