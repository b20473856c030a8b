"""Rules that are only tried: who may not see personal data asks nothing about it.

By questions enough whether a customer's address begins so or so, one could spell it out.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from config.masking import is_hidden, is_personal
from customers.rules import Rule, RuleError, parse
from customers.rules.problems import join_path

NAMES = ("trait", "property")
LISTS = ("rules", "where", "then_where")
OF_NO_VALUE = frozenset({"is_set", "is_not_set"})


def parse_tried(tree: Any) -> Rule:
    """The rule; RuleError also at each line that compares what whoever asks may not see."""
    rule = parse(tree)
    refuse_personal(tree)
    return rule


def refuse_personal(tree: Any) -> None:
    """RuleError at each line of a readable rule that compares what who asks may not see."""
    if is_hidden() and (paths := list(_personal(tree, ""))):
        message = _("This is personal data, which your role does not see: ask only whether it is set.")
        raise RuleError([{"path": path, "message": message} for path in paths])


def _personal(part: Any, path: str) -> Iterator[str]:
    """Where the lines are."""
    if not isinstance(part, dict):
        return
    compares = part.get("operator") not in OF_NO_VALUE
    if compares and any(is_personal(str(part.get(name, ""))) for name in NAMES):
        yield path
    for name in LISTS:
        inner = part.get(name)
        for place, one in enumerate(inner if isinstance(inner, list) else []):
            yield from _personal(one, join_path(path, name, place))
        if isinstance(inner, dict):
            yield from _personal(inner, join_path(path, name))
