"""What is probably not meant in a graph that can be published. Pure.

Each warning has a code that stays, and a path; whoever publishes acknowledges them one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from journeys.graph import Graph, Place
from journeys.span import Span
from journeys.step import Step

Json = Mapping[str, Any]
# By kind of trigger: the setting that names what it listens to, the kinds of steps that may bring that about,
# and their settings that name it.
CAUSES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "segment_entered": ("segment", ("add_to_list",), ("segment", "list")),
    "segment_left": ("segment", ("remove_from_list",), ("segment", "list")),
    "stage_reached": ("stage", ("move_stage",), ("stage", "to")),
    "stage_left": ("stage", ("move_stage",), ()),
    "trait_changed": ("trait", ("update_trait",), ("trait",)),
    "journey": ("journey", ("start_journey",), ("journey",)),
}


@dataclass(frozen=True)
class GraphWarning:
    """One thing that whoever publishes should know: a code, where, and in words."""

    code: str
    path: str
    message: str

    @property
    def key(self) -> str:
        """By which it is acknowledged."""
        return f"{self.code}:{self.path}" if self.path else self.code

    def as_json(self) -> dict[str, str]:
        """As it is shown and kept."""
        return {"key": self.key, "code": self.code, "path": self.path, "message": self.message}


class WarningsError(ValueError):
    """Warnings that nobody acknowledged; `errors` names each, and its key."""

    def __init__(self, warnings: list[GraphWarning]) -> None:
        self.warnings = warnings
        self.errors = [
            {"path": "acknowledged", "message": f"{warning.key}: {warning.message}"} for warning in warnings
        ]
        super().__init__("; ".join(error["message"] for error in self.errors))


def warnings_of(graph: Graph, raw: Json, now: datetime) -> list[GraphWarning]:
    """What of a graph is probably not meant if it is published now; `raw` is the graph as it is written."""
    return [warning for look in LOOKS for warning in look(graph, raw, now)]


def _no_goal(graph: Graph, raw: Json, now: datetime) -> Iterator[GraphWarning]:
    del now
    if not raw.get("goals") and not any(_kind(place.step) == "goal" for place in graph.places.values()):
        yield GraphWarning(
            "no_goal", "", _("has no goal: nobody will know whether it helped. Say what customers should do")
        )


def _open_ends(graph: Graph, raw: Json, now: datetime) -> Iterator[GraphWarning]:
    del raw, now
    for place in graph.places.values():
        if place.step.branches and not place.targets:
            yield GraphWarning(
                "open_end",
                f"steps.{place.id}",
                _(
                    "leads nowhere: whoever comes here leaves the journey after it. Lead on a branch,"
                    " or write null where it is to end"
                ),
            )


def _too_long(graph: Graph, raw: Json, now: datetime) -> Iterator[GraphWarning]:
    entry = raw["trigger"].get("entry") or {}
    starts, ends = _moment(entry.get("starts_at")) or now, _moment(entry.get("ends_at"))
    if ends is None:
        return
    for place in graph.places.values():
        longest = max(_spans(place), default=timedelta(0))
        if longest > ends - starts:
            yield GraphWarning(
                "too_long",
                f"steps.{place.id}",
                _("waits longer than the %(days)d days until the journey's end")
                % {"days": (ends - starts).days},
            )


def _own_trigger(graph: Graph, raw: Json, now: datetime) -> Iterator[GraphWarning]:
    """A journey that may be entered again, and has a step that brings its own trigger about."""
    del now
    trigger = raw["trigger"]
    if str(graph.trigger.entry.policy) == "once":
        return
    for place in graph.places.values():
        if _causes(place, trigger):
            yield GraphWarning(
                "own_trigger",
                f"steps.{place.id}",
                _("brings about what lets customers in: they may go round and round. Let them in once only"),
            )


def _causes(place: Place, trigger: Json) -> bool:
    named, kinds, settings = CAUSES.get(str(trigger.get("kind")), ("", (), ()))
    if _kind(place.step) not in kinds:
        return False
    values = place.step.model_dump()
    return not settings or any(values.get(key) == trigger.get(named) for key in settings)


def _kind(step: Step) -> str:
    return type(step).kind


def _spans(place: Place) -> Iterator[timedelta]:
    return (value.about for _key, value in place.step if isinstance(value, Span) and place.step.pauses)


def _moment(value: object) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None


LOOKS: tuple[Callable[[Graph, Json, datetime], Iterator[GraphWarning]], ...] = (
    _no_goal,
    _open_ends,
    _too_long,
    _own_trigger,
)
