"""A journey's graph: parsed from JSON, or refused with errors that name the step and the field. Pure.

Whether the contents, segments and stages that it names are there is asked by `journeys.checks`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from config.registry import UnknownKindError
from customers.rules import Rule, RuleError
from customers.rules import parse as parse_rule
from customers.rules.where import Where, parse_where
from journeys import ways
from journeys.entry import AnyTrigger
from journeys.faults import Faults, GraphError
from journeys.step import NEXT, Json, Listen, Step, registry

__all__ = ["Graph", "GraphError", "Place", "parse"]

MOST_STEPS = 200
TRIGGER: TypeAdapter[AnyTrigger] = TypeAdapter(AnyTrigger)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One step where it stands in a graph: where each branch leads, and its rules and filter, parsed.

    Compared by identity: the engine keeps a batch's answers by place.
    """

    id: str
    step: Step
    targets: Mapping[str, str | None]
    rules: Mapping[str, Rule]
    where: Where | None

    def target(self, branch: str) -> str | None:
        """The step that a branch leads to; `next` stands for those not named; None ends the journey."""
        return self.targets[branch] if branch in self.targets else self.targets.get(NEXT)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A journey that can run."""

    trigger: AnyTrigger
    rule: Rule | None
    where: Where | None
    start: str
    places: Mapping[str, Place]


class StepShape(BaseModel):
    """One step as it is written."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    kind: str
    settings: Json = {}
    branches: dict[str, str | None] = {}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    trigger: Any
    start: str
    steps: Annotated[list[Any], Field(min_length=1)]


def parse(graph: object) -> Graph:
    """The graph of a JSON value; GraphError tells everything that is wrong with it."""
    faults = Faults()
    shape = _shape(graph, faults)
    steps = _step_shapes(shape.steps, faults)
    places = {one.id: place for one in steps.values() if (place := _place(one, faults))}
    trigger, rule, where = _trigger(shape.trigger, faults)
    ways.check(shape.start, {step.id: (step.kind, step.branches) for step in steps.values()}, faults)
    faults.raise_any()
    return Graph(trigger, rule, where, shape.start, places)


def _shape(graph: object, faults: Faults) -> _Shape:
    try:
        shape = _Shape.model_validate(graph)
    except ValidationError as error:
        faults.add_invalid("", error)
        raise GraphError(faults.errors) from None
    if len(shape.steps) > MOST_STEPS:
        faults.add(
            "steps", f"has {len(shape.steps)} steps; at most {MOST_STEPS} are possible: split the journey"
        )
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
            faults.add(f"steps.{shape.id}.id", "is the id of another step too")
    return shapes


def _place(shape: StepShape, faults: Faults) -> Place | None:
    path = f"steps.{shape.id}"
    try:
        step = registry.get(shape.kind).model_validate(shape.settings)
    except UnknownKindError as error:
        faults.add(f"{path}.kind", str(error.args[0]))
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
    where = _where(f"{path}.settings.where", step.listens, faults)
    return Place(shape.id, step, shape.branches, rules, where)


def _check_branches(path: str, branches: Mapping[str, str | None], step: Step, faults: Faults) -> None:
    known = {*step.branches, NEXT} if step.branches else set()
    for name in sorted(set(branches) - known):
        there = ", ".join(sorted(known)) or "none: here the journey ends"
        faults.add(f"{path}.branches.{name}", f"is no branch of this step; there are: {there}")


def _trigger(raw: object, faults: Faults) -> tuple[AnyTrigger, Rule | None, Where | None]:
    try:
        trigger = TRIGGER.validate_python(raw)
    except ValidationError as error:
        faults.add_invalid("trigger", error, skip=1)
        raise GraphError(faults.errors) from None
    rule = _rule("trigger.rule", trigger.rule, faults) if trigger.rule is not None else None
    return trigger, rule, _where("trigger.where", trigger.listens, faults)


def _rule(path: str, tree: Json, faults: Faults) -> Rule | None:
    try:
        return parse_rule(tree)
    except RuleError as error:
        faults.add_nested(path, error.errors)
        return None


def _where(path: str, listens: Listen | None, faults: Faults) -> Where | None:
    if listens is None or not listens.where:
        return None
    try:
        return parse_where(listens.where)
    except RuleError as error:
        faults.add_nested(path, error.errors)
        return None
