"""JSON that is safe to keep: no NUL, no lone surrogate, no number without end, no deeper than 20."""

import json
import math
from typing import Any

import msgspec

from customers.tracking.problems import Problem, at, invalid

DEEPEST = 20
NESTING = (dict, list)
NUL = b"\\u0000"


def decode(raw: bytes | msgspec.Raw, decoder: "msgspec.json.Decoder[Any]", where: str = "") -> Any:
    """`raw` as the decoder's type; 400 that names the offending field, as well as it can be named."""
    try:
        value = decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(bytes(raw), error, where) from error
    text = bytes(raw)
    if (NUL in text or _is_deep(text)) and (fault := _fault_in(text, where)):
        raise invalid([fault])
    return value


def _is_deep(raw: bytes) -> bool:
    """Whether valid JSON is nested deeper than DEEPEST: where it could be, each level is looked at."""
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return False
    try:
        level = [msgspec.json.decode(raw)]
    except RecursionError:
        return True
    for _ in range(DEEPEST):
        members = (member for value in level for member in (value.values() if type(value) is dict else value))
        level = [member for member in members if type(member) in NESTING]
        if not level:
            return False
    return True


def _explained(raw: bytes, error: Exception, where: str) -> Problem:
    """Why `raw` was refused: what a lenient parser finds in it, else what the strict one said."""
    if fault := _fault_in(raw, where):
        return invalid([fault])
    message, _, place = str(error).partition(" - at `$")
    path = place.rstrip("`").replace("[...]", ".…").replace("[", ".").replace("]", "").lstrip(".")
    return invalid([at(joined(where, path), message + ".")])


def _fault_in(raw: bytes, where: str) -> dict[str, str] | None:
    try:
        value = json.loads(raw)
    except RecursionError:
        return at(where, f"The JSON is nested deeper than {DEEPEST}.")
    except ValueError:  # not even lenient JSON: the strict parser says where
        return None
    return _fault(value, where, 0)


def _fault(value: Any, path: str, depth: int) -> dict[str, str] | None:  # noqa: PLR0911 - a case each
    """The first thing under `path` that can't be kept."""
    if isinstance(value, str):
        return _text_fault(value, path)
    if isinstance(value, float) and not math.isfinite(value):
        return at(path, "This number is not finite, or too large.")
    if not isinstance(value, dict | list):
        return None
    if depth >= DEEPEST:
        return at(path, f"The JSON is nested deeper than {DEEPEST}.")
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in pairs:
        if isinstance(key, str) and (fault := _text_fault(key, path)):
            return fault
        if fault := _fault(member, joined(path, str(key)), depth + 1):
            return fault
    return None


def _text_fault(text: str, path: str) -> dict[str, str] | None:
    if "\0" in text:
        return at(path, "This text contains a NUL character.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return at(path, "This text contains half of a surrogate pair.")
    return None


def joined(where: str, path: str) -> str:
    """Two parts of a path."""
    return f"{where}.{path}" if where and path else where or path
