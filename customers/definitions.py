"""What customers are classified by: the stages' rules and the segments', checked and in order."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from customers.decision import Terms
from customers.models.stage import LABELS
from customers.rules import Depends, Rule, RuleError, parse

logger = logging.getLogger(__name__)
OF_STAGES = frozenset(["$stage_changed", "$stage_released"])  # events that classifying writes
STAGE = "stage"  # the seven are one definition: their rules decide together


@dataclass(frozen=True, eq=False)
class Definition:
    """The stages, or one segment: all its rules by stage number or the segment's id; of stages the plan."""

    name: str
    rules: tuple[tuple[int, Rule], ...]
    depends: Depends
    plan: tuple[Terms, ...] = ()  # in order of precedence

    @property
    def means(self) -> Depends:
        """What has changed where customers change place here."""
        if self.name == STAGE:
            return Depends(stage=True, events=OF_STAGES)
        return Depends(segments=frozenset([slug_of(self.name)]))


def segment_name(slug: str) -> str:
    """The name of a segment's definition."""
    return f"segment {slug}"


def slug_of(name: str) -> str:
    """The segment whose definition has that name."""
    return name.removeprefix("segment ")


def read_by(depends: Depends) -> set[str]:
    """The names of the definitions on which something depends."""
    names = {segment_name(slug) for slug in depends.segments}
    return names | {STAGE} if depends.stage or depends.events & OF_STAGES else names


def find_cycle(reads: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """The way from `start` back to itself along what each definition reads; empty where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for name in sorted(reads.get(way[-1], ())):
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def in_order(definitions: Iterable[Definition]) -> list[list[Definition]]:
    """Definitions in levels, each reading only earlier ones. What can't be ordered (a cycle) comes last."""
    waiting = {definition.name: definition for definition in definitions}
    levels: list[list[Definition]] = []
    while waiting:
        ready = [one for one in waiting.values() if not read_by(one.depends) & (waiting.keys() - {one.name})]
        level = ready or list(waiting.values())
        levels.append(level)
        for one in level:
            del waiting[one.name]
    return levels


# The stages have no slug here, and all their terms. Asked at each batch, so as plainly as can be.
RULES = """
    SELECT id, slug, rule FROM (
        SELECT number AS id, '' AS slug, precedence AS place, jsonb_build_object(
            'rule', rule, 'stay_rule', stay_rule, 'leave_rule', leave_rule, 'interrupts', interrupts,
            'dwell', extract(epoch FROM dwell), 'onward', onward, 'back', back)::text AS rule
        FROM customers_stage
        UNION ALL
        SELECT id, slug, id, rule::text FROM customers_segment
        WHERE kind = 'dynamic' AND archived_at IS NULL) AS asked
    ORDER BY slug <> '', place
"""


def load_definitions() -> list[list[Definition]]:
    """All definitions that can hold of somebody, in levels; parsed anew only where rows have changed."""
    with connection.cursor() as cursor:
        cursor.execute(RULES)
        return _levels(tuple(cursor.fetchall()))


@lru_cache(maxsize=4)
def _levels(rows: tuple[tuple[int, str, str], ...]) -> list[list[Definition]]:
    found = [stages_definition([(number, json.loads(text)) for number, slug, text in rows if not slug])]
    for segment_id, slug, text in rows:
        if slug and (rule := _rule(segment_name(slug), json.loads(text), keeps_empty=True)):
            found.append(_definition(segment_name(slug), ((segment_id, rule),)))
    return in_order(found)


def stages_definition(stages: Iterable[tuple[int, Mapping[str, Any]]]) -> Definition:
    """The definition that the stages of these numbers, in order of precedence, make together."""
    plan = tuple(_terms(number, stage) for number, stage in stages)
    rules = ((one.number, rule) for one in plan for rule in (one.enter, one.stay, one.leave))
    definition = _definition(STAGE, tuple((number, rule) for number, rule in rules if rule))
    return replace(definition, plan=plan)


def _terms(number: int, stage: Mapping[str, Any]) -> Terms:
    enter, stay, leave = (
        _rule(f"stage {number}", stage[name]) for name in ("rule", "stay_rule", "leave_rule")
    )
    dwell = None if stage["dwell"] is None else timedelta(seconds=float(stage["dwell"]))
    return Terms(number, enter, stay, leave, dwell, stage["interrupts"], stage["onward"], stage["back"])


def _definition(name: str, rules: tuple[tuple[int, Rule], ...]) -> Definition:
    depends = Depends()
    for _key, rule in rules:
        depends |= rule.depends
    return Definition(name, rules, depends)


def _rule(name: str, tree: Any, *, keeps_empty: bool = False) -> Rule | None:
    """The parsed rule; None for an empty one, and for one that is no rule (any more), which is logged."""
    if not tree and not keeps_empty:
        return None
    try:
        return parse(tree)
    except RuleError as error:
        logger.error("The rule of %s can't be read and is left out: %s", name, error)  # noqa: TRY400 - no trace needed
        return None


NUMBERS = {number: slug for number, slug in enumerate(LABELS, start=1)}  # noqa: C416 - an enumeration, as a mapping
