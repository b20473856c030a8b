"""A journey's graph: parsed from JSON, or refused with errors that name the step and the field. Pure.

Whether the contents, segments and stages that it names are there is asked by `journeys.checks`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Annotated, Any, TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.registry import UnknownKindError
from customers.rules import Rule, RuleError
from customers.rules import parse as parse_rule
from customers.rules.where import Where, parse_where
from journeys import entry, ways
from journeys.entry import Trigger
from journeys.faults import Faults, GraphError
from journeys.leaving import MOST, TAGGED, EarlyExit, Goal, Holdout, Watched, reason_of
from journeys.step import NEXT, Filter, Json, Listen, Step, registry

__all__ = ["Graph", "GraphError", "Place", "parse"]

MOST_STEPS = 200
CONTEXT = ("event", "trigger", "answers")  # what the context has, as filters and texts name it
S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One step where it stands in a graph: where each branch leads, and its rules and filters, parsed.

    Compared by identity: the engine keeps a batch's answers by place.
    """

    id: str
    step: Step
    targets: Mapping[str, str | None]
    rules: Mapping[str, Rule]
    wheres: Mapping[str, Where]
    filters: Mapping[str, Where]

    def target(self, branch: str) -> str | None:
        """The step that a branch leads to; `next` stands for those not named; None ends the journey."""
        return self.targets[branch] if branch in self.targets else self.targets.get(NEXT)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A journey that can run."""

    trigger: Trigger
    rule: Rule | None
    where: Where | None
    start: str
    places: Mapping[str, Place]
    goals: Mapping[str, Goal] = field(default_factory=dict)
    watched: Sequence[Watched] = ()
    holdout: Holdout | None = None


class StepShape(BaseModel):
    """One step as it is written."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    kind: str
    settings: Json = {}
    branches: dict[str, str | None] = {}
    note: Annotated[str, Field(max_length=2000)] = ""  # for colleagues; nothing runs by it


class TriggerShape(BaseModel):
    """A trigger as it is written: its kind, and beside it its settings."""

    model_config = ConfigDict(extra="allow")

    kind: str


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    trigger: Any
    start: str
    steps: Annotated[list[Any], Field(min_length=1)]
    goals: Annotated[list[Any], Field(max_length=MOST)] = []
    exits: Annotated[list[Any], Field(max_length=MOST)] = []
    holdout: Any = None


def parse(graph: object) -> Graph:
    """The graph of a JSON value; GraphError tells everything that is wrong with it."""
    faults = Faults()
    shape = _shape(graph, faults)
    steps = _step_shapes(shape.steps, faults)
    places = {one.id: place for one in steps.values() if (place := _place(one, faults))}
    trigger, rule, where = _trigger(shape.trigger, faults)
    pausing = {name for name in steps if name not in places or places[name].step.pauses}
    ways.check(shape.start, {step.id: step.branches for step in steps.values()}, pausing, faults)
    goals = _parts(Goal, "goals", shape.goals, faults)
    exits = _parts(EarlyExit, "exits", shape.exits, faults)
    _check_goals(goals, places, faults)
    watched = _watched(goals, reason_of, faults) + _watched(exits, attrgetter("reason"), faults)
    holdout = _parts(Holdout, "", {} if shape.holdout is None else {"holdout": shape.holdout}, faults)
    faults.raise_any()
    return Graph(
        trigger,
        rule,
        where,
        shape.start,
        places,
        {goal.name: goal for goal in goals.values()},
        watched,
        holdout.get("holdout"),
    )


def _shape(graph: object, faults: Faults) -> _Shape:
    try:
        shape = _Shape.model_validate(graph)
    except ValidationError as error:
        faults.add_invalid("", error)
        raise GraphError(faults.errors) from None
    if len(shape.steps) > MOST_STEPS:
        words = _("has %(many)d steps; at most %(most)d are possible: split the journey")
        faults.add("steps", words % {"many": len(shape.steps), "most": MOST_STEPS})
        raise GraphError(faults.errors)
    return shape


def _step_shapes(raw_steps: Sequence[Any], faults: Faults) -> dict[str, StepShape]:
    shapes: dict[str, StepShape] = {}
    for number, raw in enumerate(raw_steps):
        given = raw.get("id") if isinstance(raw, dict) else None
        name = given if isinstance(given, str) and given else str(number)
        try:
            shape = StepShape.model_validate(raw)
        except ValidationError as error:
            faults.add_invalid(f"steps.{name}", error)
            continue
        if shapes.setdefault(shape.id, shape) is not shape:
            faults.add(f"steps.{shape.id}.id", _("is the id of another step too"))
    return shapes


def _place(shape: StepShape, faults: Faults) -> Place | None:
    path = f"steps.{shape.id}"
    try:
        step = registry.get(shape.kind).model_validate(shape.settings)
    except UnknownKindError as error:
        faults.add(f"{path}.kind", str(error))
        return None
    except ValidationError as error:
        faults.add_invalid(f"{path}.settings", error)
        return None
    _check_branches(path, shape.branches, step, faults)
    rules = {
        key: rule
        for key, ask in step.asks.items()
        if (rule := _rule(f"{path}.settings.{ask.path}", ask.rule, faults))
    }
    wheres = {
        key: where
        for key, listen in step.listens.items()
        if (where := _where(f"{path}.settings.{listen.path}", listen, faults))
    }
    filters = {
        key: where
        for key, asked in step.filters.items()
        if (where := _filters(f"{path}.settings.{asked.path}", asked, faults))
    }
    return Place(shape.id, step, shape.branches, rules, wheres, filters)


def _check_branches(path: str, branches: Mapping[str, str | None], step: Step, faults: Faults) -> None:
    known = {*step.branches, NEXT} if step.branches and step.takes_next else {*step.branches}
    for name in sorted(set(branches) - known):
        there = ", ".join(sorted(known)) or _("none: here the journey ends")
        words = _("is no branch of this step; there are: %(branches)s")
        faults.add(f"{path}.branches.{name}", words % {"branches": there})


def _trigger(raw: object, faults: Faults) -> tuple[Trigger, Rule | None, Where | None]:
    try:
        trigger = _read_trigger(raw)
    except UnknownKindError as error:
        faults.add("trigger.kind", str(error))
        raise GraphError(faults.errors) from None
    except ValidationError as error:
        faults.add_invalid("trigger", error)
        raise GraphError(faults.errors) from None
    rule = _rule("trigger.rule", trigger.rule, faults) if trigger.rule is not None else None
    return trigger, rule, _where("trigger.where", trigger.listens, faults)


def _read_trigger(raw: object) -> Trigger:
    shape = TriggerShape.model_validate(raw)
    return entry.registry.get(shape.kind).model_validate(shape.model_extra)


def _parts(shape: type[S], path: str, raw: Sequence[Any] | Mapping[str, Any], faults: Faults) -> dict[str, S]:
    """Those parts of the graph that can be read, by where they stand."""
    named = raw.items() if isinstance(raw, Mapping) else ((f"{path}.{n}", one) for n, one in enumerate(raw))
    parts: dict[str, S] = {}
    for where, one in named:
        try:
            parts[where] = shape.model_validate(one)
        except ValidationError as error:
            faults.add_invalid(where, error, tagged=TAGGED)
    return parts


def _check_goals(goals: Mapping[str, Goal], places: Mapping[str, Place], faults: Faults) -> None:
    """Names differ, what a step marks is there, and each goal can be reached."""
    names = [goal.name for goal in goals.values()]
    marked = {name: place for place in places.values() if (name := place.step.marks)}
    for name, place in marked.items():
        if name not in names:
            words = _("there is no goal '%(name)s' in this journey")
            faults.add(f"steps.{place.id}.settings.goal", words % {"name": name})
    for number, (path, goal) in enumerate(goals.items()):
        if goal.name in names[:number]:
            words = _("'%(name)s' is the name of another goal too")
            faults.add(f"{path}.name", words % {"name": goal.name})
        if goal.when is None and goal.name not in marked:
            faults.add(f"{path}.when", _("is missing, and no step of kind goal marks this goal"))


def _watched(
    parts: Mapping[str, Goal] | Mapping[str, EarlyExit], reason: Callable[[Any], str], faults: Faults
) -> list[Watched]:
    return [
        Watched(
            path,
            one.when,
            one.when.listens.event,
            _where(f"{path}.when.where", one.when.listens, faults),
            _rule(f"{path}.rule", one.rule, faults) if one.rule is not None else None,
            reason(one),
            one if isinstance(one, Goal) else None,
        )
        for path, one in parts.items()
        if one.when is not None
    ]


def _rule(path: str, tree: Json, faults: Faults) -> Rule | None:
    try:
        return parse_rule(tree)
    except RuleError as error:
        faults.add_nested(path, error.errors)
        return None


def _where(path: str, listens: Listen | None, faults: Faults) -> Where | None:
    if listens is None or listens.where == []:
        return None
    return _lines(path, listens.where, faults)


def _filters(path: str, asked: Filter, faults: Faults) -> Where | None:
    """Filters on the context: of the entering event, or of what steps left there."""
    where = _lines(path, asked.lines, faults)
    for line in where.lines if where and not asked.is_of_answer else ():
        if line.property.partition(".")[0] not in CONTEXT or "." not in line.property:
            known = ", ".join(f"{name}.…" for name in CONTEXT)
            words = _("'%(name)s' is not in the context; there is: %(known)s")
            faults.add(path, words % {"name": line.property, "known": known})
    return where


def _lines(path: str, lines: Any, faults: Faults) -> Where | None:
    try:
        return parse_where(lines)
    except RuleError as error:
        faults.add_nested(path, error.errors)
        return None
