"""Journeys as files that people review: one YAML or JSON text each, always in the same order. Pure.

YAML is read as a plain notation of JSON: no tags, no aliases (that a small file can't become a large one),
no dates, and `17:00` is text.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from journeys.faults import Faults, GraphError
from journeys.step import Json

Format = Literal["yaml", "json"]
SUFFIXES: Mapping[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
LARGEST: Mapping[Format, int] = {"yaml": 300_000, "json": 2_000_000}  # characters; YAML is slow to read
# What a thing is comes before what is set, the whole before its parts; the rest by the alphabet.
KEYS = (
    *("journey", "name", "description", "serves", "leads_to", "contents", "draft", "tests"),
    *("trigger", "start", "goals", "exits", "holdout", "steps", "id", "kind", "at"),
    *("field", "event", "trait", "aggregate", "property", "combinator", "not", "operator", "value"),
    *("within", "before", "where", "branch", "rule", "rules", "settings", "branches"),
    *("terms", "person", "identities", "starts_at", "inputs", "until", "expects"),
    *("messages", "step", "content", "channel", "state", "reason", "path", "exit_reason"),
)
PLACES = {key: place for place, key in enumerate(KEYS)}
# Of YAML's ways to write what is no text, those of JSON.
RESOLVERS = [
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), "tf"),
    ("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""]),
    ("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), "-0123456789"),
    (
        "tag:yaml.org,2002:float",
        re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"),
        "-0123456789",
    ),
]


class FileError(GraphError):
    """A file that can't be read as a journey; `errors` as of a graph."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TestShape(_Shape):
    """A kept test as it is written."""

    __test__ = False  # of pytest

    name: Annotated[str, Field(min_length=1, max_length=120)]
    terms: Json
    expects: Json


class JourneyFile(_Shape):
    """A journey as it is written. `contents` names what it sends; without `tests` those there are stay."""

    journey: Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,80}$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    description: str = ""
    serves: str
    leads_to: str
    contents: list[str] = []
    draft: Json
    tests: list[TestShape] | None = None


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases and merges."""

    yaml_implicit_resolvers: Any = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "write it out: aliases are not read", mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads, quoted where another reader would take it for something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)  # lists stand in


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


for _tag, _pattern, _first in RESOLVERS:
    _Loader.add_implicit_resolver(_tag, _pattern, list(_first))
    _Dumper.add_implicit_resolver(_tag, _pattern, list(_first))
_Dumper.add_representer(str, _text)


def in_order(value: Any) -> Any:
    """The same JSON, the keys of each object in the order in which they are read."""
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: (PLACES.get(key, len(KEYS)), key))
    return {key: in_order(value[key]) for key in keys}


def written(journey: JourneyFile, form: Format) -> str:
    """The text of a file."""
    shown = in_order(journey.model_dump(exclude_none=True))
    if form == "json":
        return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    return str(yaml.dump(shown, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))


def read(text: str, form: Format) -> JourneyFile:
    """The journey of a file; FileError names each field that can't be, or the line."""
    return parsed(loaded(text, form))


def parsed(raw: Any) -> JourneyFile:
    """The journey of what was in a file."""
    _check_storable(raw)
    try:
        return JourneyFile.model_validate(raw)
    except ValidationError as error:
        faults = Faults()
        faults.add_invalid("", error)
        raise FileError(faults.errors) from None


def _check_storable(raw: Any) -> None:
    """What JSON and PostgreSQL can hold; YAML can say more."""
    try:
        text = json.dumps(raw, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise _unreadable(f"can't be stored as JSON: {error}") from None
    if "\\u0000" in text:
        raise _unreadable("the character NUL can't be stored")


def loaded(text: str, form: Format) -> Any:
    """What a text says as JSON; FileError names the line that can't be read."""
    if len(text) > LARGEST[form]:
        raise _unreadable(f"has {len(text)} characters; of {form} at most {LARGEST[form]} are read")
    try:
        if form == "json":
            return json.loads(text, parse_constant=_refuse)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _unreadable(f"{place}{error.problem}") from None
    except json.JSONDecodeError as error:
        raise _unreadable(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise _unreadable(f"can't be read: {str(error)[:200] or type(error).__name__}") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def _unreadable(message: str) -> FileError:
    return FileError([{"path": "", "message": message}])
