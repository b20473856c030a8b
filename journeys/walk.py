"""One enrollment's way through one claim: the steps that it passes and where it comes to stand. Pure.

A Walk takes what its step decides until the customer waits, awaits a message, or leaves. What it did is its `move`,
and enrollments that move alike share one, so that a batch is written by its few moves and not row by row.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from journeys.graph import Graph, Place
from journeys.step import Advance, Exit, Moment, Outcome, Send, WaitFor, WaitUntil

FINISHED = "finished"
MOST_ATTEMPTS = 5
NOBODY: frozenset[str] = frozenset()


class Claimed(NamedTuple):
    """What the engine reads of a due enrollment."""

    id: int
    customer_id: int
    version_id: int
    step: str
    visit: int
    reached_at: datetime
    standing: str
    due_at: datetime
    fate: str
    attempts: int


class Passed(NamedTuple):
    """A step left behind, by a branch."""

    step: str
    branch: str
    left_at: datetime


class Move(NamedTuple):
    """What became of an enrollment: the steps passed, and where it stands now. `reached_at` is None where it stayed."""

    trail: tuple[Passed, ...]
    step: str
    visits: int
    reached_at: datetime | None
    standing: str
    due_at: datetime | None
    awaits: str
    exit_reason: str


class Queued(NamedTuple):
    """A message that a step asked for, with the step and visit that make it the only one."""

    send: Send
    step: str
    visit: int


class Walk:
    """The state of one claimed enrollment while it is advanced."""

    __slots__ = (
        "error",
        "graph",
        "happened_at",
        "move",
        "place",
        "reached_at",
        "row",
        "sends",
        "trail",
        "zone",
    )

    def __init__(self, row: Claimed, graph: Graph, zone: tzinfo = UTC) -> None:
        self.row = row
        self.graph = graph
        self.zone = zone
        self.place: Place = graph.places[row.step]
        self.reached_at = row.reached_at
        self.happened_at: datetime | None = None
        self.trail: tuple[Passed, ...] = ()
        self.sends: tuple[Queued, ...] = ()
        self.move: Move | None = None
        self.error = ""

    @property
    def awaits_event(self) -> bool:
        """Whether it stood at an open wait when it was claimed, and still does."""
        return self.row.standing == "event" and not self.trail

    def decide(self, now: datetime, holds: frozenset[str] = NOBODY) -> None:
        """Let the step decide once, and do what it says; `move` is set when the walk is over."""
        fate, fated_at = ("", None) if self.trail else (self.row.fate, self.row.due_at)
        moment = Moment(now, self.reached_at, self.zone, holds, fate, fated_at, self.happened_at)
        self._follow(self.place.step.decide(moment), now)

    def stop(self, now: datetime) -> None:
        """Stand here although time does not ask for it: the rest is for the next claim."""
        self._stand("due", now)

    def _follow(self, outcome: Outcome, now: datetime) -> None:
        match outcome:
            case Advance(branch, at):
                self._pass(branch, at or now)
            case WaitUntil(at):
                self._stand("due", _future(at, now))
            case WaitFor(event, until):
                # The first time due at once: the engine looks back, once this wait can be seen, for an event that
                # came while it could not.
                self._stand("event", _future(until, now) if self.awaits_event else now, event)
            case Send():
                self.sends += (Queued(outcome, self.place.id, self.row.visit + len(self.trail)),)
                if outcome.waits:
                    self._stand("message", None)
                else:
                    self._pass("next", now)
            case Exit(reason):
                self._leave("", now, reason)

    def _pass(self, branch: str, at: datetime) -> None:
        target = self.place.target(branch)
        if target is None:
            self._leave(branch, at, FINISHED)
            return
        self.trail += (Passed(self.place.id, branch, at),)
        self.place = self.graph.places[target]
        self.reached_at = at
        self.happened_at = None

    def _stand(self, standing: str, due_at: datetime | None, awaits: str = "") -> None:
        reached_at = self.reached_at if self.trail else None
        self.move = Move(self.trail, self.place.id, len(self.trail), reached_at, standing, due_at, awaits, "")

    def _leave(self, branch: str, at: datetime, reason: str) -> None:
        reached_at = self.reached_at if self.trail else None
        visits = len(self.trail)
        self.trail += (Passed(self.place.id, branch, at),)
        self.move = Move(self.trail, self.place.id, visits, reached_at, "ended", None, "", reason)


def backoff(attempts: int) -> timedelta:
    """How long an enrollment that failed `attempts` times is left alone: 1, 4, 9, 16 minutes."""
    return timedelta(minutes=attempts**2)


def _future(at: datetime, now: datetime) -> datetime:
    if at <= now:
        raise ValueError(f"The step waits until {at.isoformat()}, which has passed; it must go on instead.")
    return at
