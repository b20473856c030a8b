"""All that can be asked, for the builder: each family with its settings, operators and words. Pure.

Read off the registry and the typed fields of the families, so a family that is added is here by itself. What
has words (`Leaf.shown`) is shown by these, what has none by its name.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypedDict, Union, get_args, get_origin

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from customers.rules import texts
from customers.rules.comparison import OPERATORS, TIMELY, Comparison
from customers.rules.leaf import FAMILIES, Leaf
from customers.rules.shown import Shown
from customers.rules.where import Line, Where

GROUPS = {
    "profile": _("Profile"),
    "events": _("What they did"),
    "orders": _("Orders and products"),
    "stages": _("Stages and segments"),
    "messages": _("Consent and messages"),
    "more": _("More"),
}
# The settings that every reading ends with, in this order; all others come before.
LAST = (
    "operator", "value", "then", "span", "without", "within", "before", "period", "since", "until",
    "where", "then_where",
)  # fmt: skip
SETTINGS = {
    "event": _("event"),
    "property": _("property"),
    "operator": _("is compared by"),
    "value": _("value"),
    "within": _("within the last"),
    "before": _("not in the last"),
    "period": _("in the calendar"),
    "since": _("from"),
    "until": _("until"),
    "where": _("where"),
    "channel": _("channel"),
    "topic": _("topic"),
    "segment": _("segment"),
    "stage": _("stage"),
}
OPERATOR_WORDS = {
    "is": _("is"),
    "is_not": _("is not"),
    "is_any_of": _("is one of"),
    "equals": _("is"),
    "not_equals": _("is not"),
    "greater": _("is more than"),
    "at_least": _("is at least"),
    "less": _("is less than"),
    "at_most": _("is at most"),
}
NAMED = {
    "event": "events",
    "channel": "channels",
    "topic": "topics",
    "segment": "segments",
    "stage": "stages",
}
KINDS: dict[Any, str] = {
    Where: "where",
    timedelta: "span",
    datetime: "moment",
    bool: "yesno",
    int: "number",
    float: "number",
    list: "list",
    tuple: "list",
    str: "text",
}


class Choice(TypedDict):
    """One of a few values, as it is stored and as it is said; of an operator, the kind of value it takes."""

    value: str
    label: str
    takes: str | None


class Setting(TypedDict):
    """One setting of a line: the kind of its control, its words, whence its values are suggested."""

    name: str
    kind: str
    label: str
    suggests: str | None
    is_optional: bool
    default: str | None
    choices: list[Choice]
    only_with: tuple[str, list[str]] | None


class Family(TypedDict):
    """One family: where it is listed, its settings in the order of reading, what a new line begins with."""

    family: str
    group: str
    label: str
    settings: list[Setting]
    start: dict[str, Any]


class Vocabulary(TypedDict):
    """The families under their headings, and the settings of a filter on an event's properties."""

    groups: list[Choice]
    families: list[Family]
    line: list[Setting]


def vocabulary() -> Vocabulary:
    """Everything that a rule may ask, in the reader's language."""
    families = [_family(FAMILIES.get(name)) for name in FAMILIES]
    headings = list(GROUPS)
    families.sort(key=lambda family: (headings.index(family["group"]), family["label"]))
    line = Shown("", suggests={"property": "properties", "value": "property_values"})
    return {
        "groups": [{"value": key, "label": str(label), "takes": None} for key, label in GROUPS.items()],
        "families": families,
        "line": _settings(Line, line, but=tuple(TIMELY)),
    }


def _family(leaf: type[Leaf]) -> Family:
    shown = leaf.shown or Shown(humane(leaf.family))
    return {
        "family": leaf.family,
        "group": shown.group,
        "label": str(shown.label),
        "settings": _settings(leaf, shown),
        "start": dict(shown.start),
    }


def _settings(model: type[BaseModel], shown: Shown, but: tuple[str, ...] = ()) -> list[Setting]:
    fields = {name: info for name, info in model.model_fields.items() if name != "field"}
    order = (*shown.order, *(name for name in LAST if name not in shown.order))
    first = [*shown.order, *(name for name in fields if name not in order)]
    return [
        _setting(model, name, fields[name], shown, but)
        for name in [*first, *(name for name in order if name in fields and name not in first)]
    ]


def _setting(
    model: type[BaseModel], name: str, info: FieldInfo, shown: Shown, but: tuple[str, ...]
) -> Setting:
    kind, values = kind_of(info)
    only_with = shown.only_with.get(name)
    return {
        "name": name,
        "kind": kind,
        "label": str(shown.words.get(name, SETTINGS.get(name, humane(name)))),
        "suggests": shown.suggests.get(name, NAMED.get(name)),
        "is_optional": _is_optional(name, info, shown),
        "default": info.default if kind == "choice" and info.default in values else None,
        "choices": [
            {
                "value": value,
                "label": str(_words_of(model, value, shown)),
                "takes": _takes(model, value, shown) if name == "operator" else None,
            }
            for value in values
            if value not in but
        ],
        "only_with": (only_with[0], list(only_with[1])) if only_with else None,
    }


def _is_optional(name: str, info: FieldInfo, shown: Shown) -> bool:
    """Whether a line does without it. What goes with a choice is needed by it, but what is spare."""
    if info.is_required() or name in ("operator", "value", *shown.start):
        return False
    return name not in shown.only_with or name in shown.spare


def kind_of(info: FieldInfo) -> tuple[str, list[str]]:
    """The kind of control that a typed field asks for, and its values where they are few and fixed."""
    types = list(_types(info.annotation))
    if choices := [value for kind in types if get_origin(kind) is Literal for value in get_args(kind)]:
        return "choice", choices
    checks = [*info.metadata, *(check for kind in types for check in getattr(kind, "__metadata__", ()))]
    if any(isinstance(check, AfterValidator) and check.func is texts.check_path for check in checks):
        return "path", []
    plain = {get_origin(one) or one for one in map(_plain, types)}
    return next((kind for type_, kind in KINDS.items() if type_ in plain), "any"), []


def _types(annotation: Any) -> Iterable[Any]:
    """The types that a field may have, but None."""
    if get_origin(annotation) in (Union, UnionType):
        return [kind for kind in get_args(annotation) if kind is not NoneType]
    return [annotation]


def _plain(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _takes(model: type[BaseModel], operator: str, shown: Shown) -> str:
    """The kind of value an operator takes: as the family says, or by its field, or by the common table."""
    if told := shown.takes.get(operator, shown.takes.get("*")):
        return told
    if "value" not in model.model_fields:
        return "none"
    kind, _values = kind_of(model.model_fields["value"])
    if kind != "any":
        return kind
    if issubclass(model, Comparison):
        return OPERATORS[operator].takes
    return "text"


def _words_of(model: type[BaseModel], value: str, shown: Shown) -> Any:
    if value in shown.words:
        return shown.words[value]
    if issubclass(model, Comparison) and value in OPERATORS:  # its sentence, without what it is about
        return (str(OPERATORS[value].words) % {"what": "", "value": ""}).strip()
    return OPERATOR_WORDS.get(value, humane(value))


def humane(name: str) -> str:
    """A name that has no words yet: `stage_for` as "Stage for"."""
    return name.replace("_", " ").capitalize()
