"""Why a rule finds a customer, or does not: line by line, with what was found.

Each line and group of the rule is a question of its own; all of them are answered by one query, and what was
found by a second one. Nothing is written. What is personal is told to who may see it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from config.masking import HIDDEN, is_hidden, is_personal, shown_text
from customers.models import Customer, Stage
from customers.models.stage import LABELS
from customers.rules import Rule, RuleError, matching, parse
from customers.rules.comparison import value_words
from customers.rules.facts import Correlated
from customers.rules.leaf import Leaf
from customers.rules.problems import join_path
from customers.rules.tree import Group

MOST_PLACES = 4  # of an average
MOST_SAID = 120  # letters of a value that was found


@dataclass(frozen=True)
class Answer:
    """One line or group at `path`: what it asks in words, whether it holds, and what was found."""

    path: str
    words: str
    holds: bool
    found: str = ""


@dataclass(frozen=True)
class StageAnswer:
    """One stage's rule, asked of a customer; `is_first`: the first that holds, which the rules name."""

    stage: Stage
    holds: bool
    is_first: bool
    answers: list[Answer]


def explain(rule: Rule, customer: Customer, now: datetime) -> list[Answer]:
    """Every group and line of the rule in reading order, the whole first, as it stands for the customer."""
    return _explained({"": rule}, customer, now)[""]


def explain_stages(customer: Customer, now: datetime) -> list[StageAnswer]:
    """The stages by precedence, each with its rule's lines; those without a readable rule are left out."""
    stages: dict[str, Stage] = {}
    rules: dict[str, Rule] = {}
    for stage in Stage.objects.order_by("precedence"):
        try:
            rules[stage.slug] = parse(stage.rule)
        except RuleError:
            continue  # it is left out of classifying too
        stages[stage.slug] = stage
    told = _explained(rules, customer, now)
    first = next((slug for slug, answers in told.items() if answers[0].holds), None)
    return [
        StageAnswer(stages[slug], answers[0].holds, slug == first, answers) for slug, answers in told.items()
    ]


def stage_note(customer: Customer, stages: Sequence[StageAnswer], now: datetime) -> str:
    """Why the customer stands elsewhere than the rules say: by hand, by the stages' terms; else nothing."""
    hold = customer.stage_holds.filter(ended_at=None).select_related("stage").first()
    if hold and (hold.until is None or hold.until > now):
        return _("Put into the stage %(stage)s by hand: %(reason)s") % {
            "stage": hold.stage.label,
            "reason": hold.reason,
        }
    named = next((one.stage.number for one in stages if one.is_first), None)
    if named is None or named == customer.stage_id:
        return ""
    return _(
        "The terms of the stages (who stays, who leaves, how long, which ways are open) keep them elsewhere."
    )


def _explained(rules: Mapping[str, Rule], customer: Customer, now: datetime) -> dict[str, list[Answer]]:
    asked = {(name, path): part for name, rule in rules.items() for path, part in _parts(rule.root, "")}
    holding = matching({key: Rule(part) for key, part in asked.items()}, [customer.pk], now)
    found = _found({key: part for key, part in asked.items() if isinstance(part, Leaf)}, customer, now)
    answers: dict[str, list[Answer]] = {name: [] for name in rules}
    for (name, path), part in asked.items():
        answer = Answer(path, _words(part), bool(holding[name, path]), found.get((name, path), ""))
        answers[name].append(answer)
    return answers


def _parts(part: Group | Leaf, path: str) -> Iterator[tuple[str, Group | Leaf]]:
    yield path, part
    if isinstance(part, Group):
        for place, child in enumerate(part.parts):
            yield from _parts(child, join_path(path, "rules", place))


def _words(part: Group | Leaf) -> str:
    if isinstance(part, Leaf):
        return part.words()
    if not part.parts:
        return _("nobody")
    if part.is_negated:
        return _("not all of these") if part.combinator == "and" else _("none of these")
    return _("all of these") if part.combinator == "and" else _("at least one of these")


def _found(
    leaves: Mapping[tuple[str, str], Leaf], customer: Customer, now: datetime
) -> dict[tuple[str, str], str]:
    """What the lines compare, in words: one query for all that can tell it."""
    facts = Correlated(now)
    sought = {key: told for key, leaf in leaves.items() if (told := leaf.found(facts)) is not None}
    if not sought:
        return {}
    columns = {f"found_{place}": told for place, told in enumerate(sought.values())}
    row = Customer.objects.filter(pk=customer.pk).annotate(**columns).values_list(*columns).first() or ()
    return {key: _said(leaves[key], value) for (key, _told), value in zip(sought.items(), row, strict=False)}


def _said(leaf: Leaf, value: Any) -> str:
    """What was found, as the reader would say it; a stage by its name."""
    if isinstance(value, str) and leaf.shown and leaf.shown.suggests.get("value") == "stages":
        return str(LABELS.get(value, value))
    if is_hidden() and any(is_personal(getattr(leaf, name, None) or "") for name in ("trait", "property")):
        return HIDDEN
    words = shown_text(value_said(value))
    return words if len(words) <= MOST_SAID else words[:MOST_SAID] + "…"


def value_said(value: Any) -> str:
    """A value of a customer's data in the reader's language."""
    if value in (None, "", [], {}):
        return _("nothing")
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, list):
        return ", ".join(value_said(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_said(one)}" for key, one in value.items())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value_words(value)
    return number_format(round(value, MOST_PLACES).normalize() if isinstance(value, Decimal) else value)
