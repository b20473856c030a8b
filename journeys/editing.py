"""What whoever draws a journey is told of it, step by step: faults, warnings, words, branches."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from config.localtime import zone_of
from journeys.checks import look_over
from journeys.kinds import branches_of
from journeys.recurring import next_runs
from journeys.sayings import saying
from journeys.triggers.schedule import ScheduleTrigger

Told = dict[str, Any]
TRIGGER = "trigger"


def told_of(graph: Any, now: datetime) -> Told:
    """Of a graph, however unfinished: what keeps it from being published, each step's line and branches."""
    found = look_over(graph, now)
    steps = dict(_steps(graph))
    trigger = _object(graph).get(TRIGGER)
    return {
        "faults": [fault | {"step": _step_of(fault["path"], steps)} for fault in found.errors],
        "warnings": [
            warning.as_json() | {"step": _step_of(warning.path, steps)} for warning in found.warnings
        ],
        "sayings": {TRIGGER: saying(TRIGGER, _object(trigger)).words}
        | {name: saying(kind, values).words for name, (kind, values) in steps.items()},
        "runs": _runs(_object(trigger), now),
        "branches": {name: branches_of(kind, values) for name, (kind, values) in steps.items()},
    }


def _runs(trigger: Mapping[str, Any], now: datetime) -> list[str]:
    """When those enter next who enter by a schedule, as its clocks show it."""
    if trigger.get("kind") != ScheduleTrigger.kind:
        return []
    zone = zone_of(str(trigger.get("zone") or ""), settings.BRAND_TIME_ZONE)
    return [run.astimezone(zone).replace(tzinfo=None).isoformat() for run in next_runs(trigger, now)]


def _steps(graph: Any) -> Iterator[tuple[str, tuple[str, Mapping[str, Any]]]]:
    """Those that can be told apart, by their ids: kind and settings."""
    steps = _object(graph).get("steps")
    for step in steps if isinstance(steps, list) else ():
        name, kind = _object(step).get("id"), _object(step).get("kind")
        if isinstance(name, str) and isinstance(kind, str):
            yield name, (kind, _object(step.get("settings")))


def _step_of(path: str, steps: Mapping[str, Any]) -> str | None:
    """The step that a path is about, if it is about one."""
    place, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    return name if place == "steps" and name in steps else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
