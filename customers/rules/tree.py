"""The tree of a rule: groups of leaves and groups, read from JSON with every mistake named. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any, Literal

from django.db.models import Case, DateTimeField, Expression, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from pydantic import ValidationError

from config.registry import UnknownKindError
from customers.rules.depends import Depends
from customers.rules.errors import Problem, RuleError
from customers.rules.expressions import ALWAYS, FALSE, AllOf, AnyOf, Not, least, or_never, unless_never
from customers.rules.facts import Correlated, Facts
from customers.rules.leaf import FAMILIES, Leaf
from customers.rules.problems import join_path, problems_of

MAX_DEPTH = 20
MAX_PARTS = 500
GROUP_KEYS = {"combinator", "not", "rules"}
BUILDER_KEYS = {"id"}  # the rule builder's own, of no meaning here


@dataclass(frozen=True)
class Group:
    """Parts of which all (`and`) or one (`or`) must hold; negated: must not. Without parts it is nobody."""

    combinator: Literal["and", "or"]
    is_negated: bool
    parts: tuple["Group | Leaf", ...]

    def condition(self, facts: Facts) -> Expression:
        """Whether it holds; never NULL, for no part's answer is."""
        if not self.parts:
            return FALSE
        join = AllOf if self.combinator == "and" else AnyOf
        holds = join(*(part.condition(facts) for part in self.parts))
        return Not(holds) if self.is_negated else holds

    def changes_at(self, facts: Facts) -> Expression | None:
        """When time alone could next change the answer; NULL, or None: never.

        What all parts make true, any of them can end; what is false stays so until the last of its false
        parts could turn. The other way round where one part is enough.
        """
        moments = [part.changes_at(facts) for part in self.parts]
        if len(self.parts) <= 1 or not any(moments):
            return next(iter(moments), None)
        sought = [part.condition(facts) for part in self.parts]
        if self.combinator == "or":
            sought = [Not(condition) for condition in sought]
        parts = list(zip(sought, moments, strict=True))
        lasting = [condition for condition, moment in parts if moment is None]
        moving = [(condition, moment) for condition, moment in parts if moment is not None]
        cases = [When(AllOf(*(condition for condition, _moment in moving)), then=least(moments))]
        if lasting:  # first: where one of these blocks, nothing else need be asked
            cases.insert(0, When(Not(AllOf(*lasting)), then=None))
        blocking = [self._blocks(*each) for each in moving]
        latest = Greatest(*blocking) if len(blocking) > 1 else blocking[0]
        return Case(*cases, default=unless_never(latest), output_field=DateTimeField())

    @staticmethod
    def _blocks(is_sought: Expression, moment: Expression) -> Expression:
        """Until when a part keeps the group from turning."""
        return Case(When(is_sought, then=ALWAYS), default=or_never(moment), output_field=DateTimeField())


@dataclass(frozen=True, eq=False)
class Rule:
    """A checked rule. Equal are rules that are written equally: 1 is neither true nor 1.0."""

    root: Group | Leaf

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self.written == other.written

    def __hash__(self) -> int:
        return hash(self.written)

    @cached_property
    def written(self) -> str:
        """How it is written: what rules are told apart and put in order by."""
        return repr(self.root)

    def condition(self, now: datetime) -> Expression:
        """Whether it holds at `now`, over Customer querysets: a boolean that is never NULL."""
        return self.root.condition(Correlated(now))

    def changes_at(self, now: datetime) -> Expression | None:
        """When time alone could next change the answer: a moment after `now`; NULL, or None: never."""
        return self.root.changes_at(Correlated(now))

    @cached_property
    def depends(self) -> Depends:
        """All that its leaves read."""
        return reduce(or_, (leaf.depends() for _path, leaf in self.leaves()), Depends())

    def leaves(self) -> Iterator[tuple[str, Leaf]]:
        """Each leaf with its path."""
        return _leaves(self.root, "")


def _leaves(part: Group | Leaf, path: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(part, Leaf):
        yield path, part
        return
    for place, child in enumerate(part.parts):
        yield from _leaves(child, join_path(path, "rules", place))


def parse(tree: Any) -> Rule:
    """The rule of a stored tree; RuleError names everything that is wrong with it."""
    reading = _Reading()
    root = reading.part(tree, "", 1)
    if reading.problems or root is None:
        raise RuleError(reading.problems)
    return Rule(root)


class _Reading:
    """One reading of a tree: counts its parts, gathers its problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.parts = 0

    def part(self, tree: Any, path: str, depth: int) -> Group | Leaf | None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            if self.parts == MAX_PARTS + 1:
                self._wrong("", _("The rule has more than %(most)d parts.") % {"most": MAX_PARTS})
            return None
        if depth > MAX_DEPTH:
            self._wrong(path, _("Groups are nested more than %(most)d deep.") % {"most": MAX_DEPTH})
            return None
        if not isinstance(tree, Mapping):
            self._wrong(path, _("A group or a rule is needed here, as an object."))
            return None
        tree = {key: value for key, value in tree.items() if key not in BUILDER_KEYS}
        return self._leaf(tree, path) if "field" in tree else self._group(tree, path, depth)

    def _leaf(self, tree: Mapping[str, Any], path: str) -> Leaf | None:
        try:
            return FAMILIES.get(tree["field"]).model_validate(tree)
        except (UnknownKindError, TypeError):
            message = _("Not known. One of these is needed: %(expected)s.") % {
                "expected": ", ".join(FAMILIES)
            }
            self._wrong(join_path(path, "field"), message)
            return None
        except ValidationError as error:
            self.problems += problems_of(error, path)
            return None

    def _group(self, tree: Mapping[str, Any], path: str, depth: int) -> Group | None:
        found = len(self.problems)
        for key in sorted(set(map(str, tree)) - GROUP_KEYS):
            self._wrong(join_path(path, key), _("There is no such setting here; take it out."))
        combinator, negated, rules = (
            tree.get("combinator", "and"),
            tree.get("not", False),
            tree.get("rules", []),
        )
        if combinator not in ("and", "or"):
            self._wrong(join_path(path, "combinator"), _("The combinator is and, or or."))
        if not isinstance(negated, bool):
            self._wrong(join_path(path, "not"), _("true or false is needed here."))
        if not isinstance(rules, list):
            self._wrong(join_path(path, "rules"), _("A list of groups and rules is needed here."))
            return None
        parts = [
            self.part(part, join_path(path, "rules", place), depth + 1) for place, part in enumerate(rules)
        ]
        if len(self.problems) > found:
            return None
        return Group(combinator, negated, tuple(part for part in parts if part is not None))

    def _wrong(self, path: str, message: str) -> None:
        self.problems.append(Problem(path=path, message=message))
