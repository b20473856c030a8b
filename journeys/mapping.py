"""Where those who stand at the steps of an old version go in a new one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from journeys.faults import Fault
from journeys.graph import Graph

StepMap = Mapping[str, str | None]  # old step → new step; None: they leave
Moves = Mapping[int, StepMap]  # the number of an old version → where its steps' customers go
OPEN, IN_FLIGHT = "open", "in flight"


class MapError(ValueError):
    """Those inside can't be moved like that; `errors` is a list of {"path", "message"}."""

    def __init__(self, errors: list[Fault]) -> None:
        super().__init__("; ".join(f"{error['path']}: {error['message']}" for error in errors))
        self.errors = errors


def steps_of(graph: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The steps of a stored graph by id, also of one that is no longer understood."""
    steps = graph.get("steps")
    listed = steps if isinstance(steps, list) else []
    return {step["id"]: step for step in listed if isinstance(step, dict) and isinstance(step.get("id"), str)}


def complete(old: Mapping[str, Any], new: Mapping[str, Any], given: StepMap) -> dict[str, str | None]:
    """The map with its defaults: a step that is in both, of the same kind, leads to itself."""
    old_steps, new_steps = steps_of(old), steps_of(new)
    same = {
        step: step
        for step, shape in old_steps.items()
        if step in new_steps and new_steps[step].get("kind") == shape.get("kind")
    }
    return {**same, **given}


def faults_of(number: int, old: Mapping[str, Any], new: Mapping[str, Any], given: StepMap) -> list[Fault]:
    """What a map names that is not there."""
    old_steps, new_steps = steps_of(old), steps_of(new)
    faults: list[Fault] = []
    for step, target in given.items():
        path, told = f"{number}.{step}", {"number": number, "step": step}
        if step not in old_steps:
            faults.append({"path": path, "message": _("version %(number)d has no step '%(step)s'") % told})
        if target is not None and target not in new_steps:
            words = _("leads to the step '%(step)s', which is not there")
            faults.append({"path": path, "message": words % {"step": target}})
    return faults


@dataclass(frozen=True, slots=True)
class Way:
    """From an old step to a new one, and how much of it is the same. `target` None: out."""

    target: str | None
    is_same_step: bool = False  # its id and kind
    is_same_kind: bool = False
    says_the_same: bool = False  # the same kind, with the same contents
    is_unchanged: bool = False  # id, kind and settings


def ways(old: Graph | Exception | Mapping[str, Any], new: Graph, steps: StepMap) -> dict[str, Way]:
    """The ways of a whole map. Of an old version that can't be read, nothing is the same."""
    places = old.places if isinstance(old, Graph) else {}
    found: dict[str, Way] = {}
    for step, target in steps.items():
        if target is None or step not in places or target not in new.places:
            found[step] = Way(target)
            continue
        before, after = places[step].step, new.places[target].step
        alike = type(before) is type(after)
        found[step] = Way(
            target,
            is_same_step=alike and step == target,
            is_same_kind=alike,
            says_the_same=alike and before.contents == after.contents,
            is_unchanged=step == target and before == after,
        )
    return found


class Stood(NamedTuple):
    """An enrollment as it stands in the old version; `message`: how its message is, if it waits for one."""

    id: int
    customer_id: int
    step: str
    visit: int
    reached_at: datetime
    standing: str
    due_at: datetime | None
    fate: str
    error: str
    message: str = ""


class Placed(NamedTuple):
    """Where it stands in the new one. `step` None: out; `withdraws`: its old step's message."""

    id: int
    step: str | None
    visit: int
    reached_at: datetime
    standing: str
    due_at: datetime | None
    fate: str
    withdraws: bool


def placed(row: Stood, way: Way, now: datetime) -> Placed | None:
    """Where an enrollment comes to stand; None: not now, for its message is on its way and will have a fate.

    Nobody gets a message twice: a step whose message is on its way, or has its fate, is not begun again.
    """
    if row.message == IN_FLIGHT and not way.is_same_step:
        return None
    if way.target is None:
        return Placed(row.id, None, row.visit, row.reached_at, row.standing, row.due_at, "", withdraws=False)
    if _may_stay(row, way):
        return Placed(
            row.id,
            way.target,
            row.visit,
            row.reached_at,
            row.standing,
            row.due_at,
            row.fate,
            withdraws=False,
        )
    return _begun(row, way, way.target, now)


def _may_stay(row: Stood, way: Way) -> bool:
    """Whether it waits on for just what it waits for."""
    if row.message:
        return way.is_same_step and (row.message == IN_FLIGHT or way.says_the_same)
    if row.fate:
        return way.is_same_step or way.says_the_same
    return way.is_unchanged and not row.error


def _begun(row: Stood, way: Way, target: str, now: datetime) -> Placed:
    """It decides anew, at once; a wait of the same kind counts on, and looks back at all that came."""
    is_new_visit = bool(row.message) or not way.is_same_step
    awaits = row.standing == "event" and way.is_same_kind
    return Placed(
        row.id,
        target,
        row.visit + is_new_visit,
        row.reached_at if way.is_same_kind else now,
        "event" if awaits else "due",
        now,
        "",
        withdraws=row.message == OPEN,
    )
