"""The way of enrollments through one claim: the steps that they pass and where they come to stand. Pure.

Enrollments that stand alike walk together: what a step decides depends on its Moment alone, so it decides
once for all of them. Where it is told more of each customer (journeys/told/), the walk parts.
What a walk did is its `move`.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from journeys.graph import Graph, Place
from journeys.leaving import reason_of
from journeys.step import Advance, Change, ComeAgain, Exit, Mark, Moment, Outcome, Send, WaitFor, WaitUntil

FINISHED = "finished"
LEFT = "left"  # the fate of those who left without passing the step at which they stood
MOST_ATTEMPTS = 5
NOTHING: Mapping[str, Any] = {}
K = TypeVar("K", bound=Hashable)


class Claimed(NamedTuple):
    """What the engine reads of a due enrollment; those who walk together share all from `version_id` on."""

    id: int
    customer_id: int
    visit: int
    attempts: int
    version_id: int
    step: str
    reached_at: datetime
    standing: str
    due_at: datetime
    fate: str


SHARED = Claimed._fields.index("version_id")


class Passed(NamedTuple):
    """A step left behind, by a branch."""

    step: str
    branch: str
    left_at: datetime


class Move(NamedTuple):
    """The steps that enrollments passed, and where they stand. `reached_at` is None where they stayed.

    `change` is what they stand at for, as JSON.
    """

    trail: tuple[Passed, ...]
    step: str
    visits: int
    reached_at: datetime | None
    standing: str
    due_at: datetime | None = None
    awaits: tuple[str, ...] = ()
    fate: str = ""
    change: str = ""
    exit_reason: str = ""


class Queued(NamedTuple):
    """A message that a step asked for, so many visits after the one that was claimed."""

    send: Send
    step: str
    visits: int


class Marked(NamedTuple):
    """A goal that a step marked, so many visits after the one that was claimed, and when."""

    goal: str
    visits: int
    at: datetime


class Walk:
    """Enrollments that walk together, while they are advanced."""

    __slots__ = (
        "graph",
        "lacks",
        "marked",
        "move",
        "place",
        "reached_at",
        "rows",
        "sends",
        "told",
        "trail",
    )

    def __init__(self, rows: Sequence[Claimed], graph: Graph) -> None:
        self.rows = rows
        self.graph = graph
        self.place: Place = graph.places[rows[0].step]
        self.reached_at = rows[0].reached_at
        self.told = NOTHING
        self.trail: tuple[Passed, ...] = ()
        self.sends: tuple[Queued, ...] = ()
        self.marked: tuple[Marked, ...] = ()
        self.move: Move | None = None
        self.lacks = ""

    @property
    def awaits_event(self) -> bool:
        """Whether they stood at an open wait when they were claimed, and still do."""
        return self.rows[0].standing == "event" and not self.trail

    def part(self, by: Callable[[Claimed], K]) -> Iterable[tuple[K, "Walk"]]:
        """The same walk for each group of rows of which `by` says the same."""
        for key, rows in grouped(self.rows, by).items():
            walk = Walk(rows, self.graph)
            walk.place, walk.reached_at, walk.told = self.place, self.reached_at, self.told
            walk.trail, walk.sends, walk.marked = self.trail, self.sends, self.marked
            yield key, walk

    def decide(self, now: datetime) -> None:
        """Let the step decide once, and do what it says; `move` is set when the walk is over."""
        row = self.rows[0]
        fate, fated_at = ("", None) if self.trail else (row.fate, row.due_at)
        moment = Moment(now, self.reached_at, fate, fated_at, **self.told)
        self._follow(self.place.step.decide(moment), now)

    @property
    def has_fate(self) -> bool:
        """Whether the message of the step where they stand has its fate: then the step needs nothing more."""
        return bool(self.rows[0].fate) and not self.trail

    def lack(self, what: str, now: datetime) -> None:
        """Stand here until what the step needs, and is gone, is there again."""
        self.lacks = what
        self._stand("due", now)

    def stop(self, now: datetime) -> None:
        """Stand here although time does not ask for it: the rest is for the next claim."""
        self._stand("due", now)

    def leave(self, reason: str) -> None:
        """End where they stand: something that happened ended it."""
        self.move = Move((), self.place.id, 0, None, "ended", fate=LEFT, exit_reason=reason)

    def _follow(self, outcome: Outcome, now: datetime) -> None:
        match outcome:
            case Advance(branch, at):
                self._pass(branch, at or now)
            case WaitUntil(at, mark):
                self._stand("due", _future(at, now), fate=mark)
            case WaitFor(events, until):
                # The first time due at once: the engine looks back, once this wait can be seen, for an
                # event that came while it could not.
                self._stand("event", _future(until, now) if self.awaits_event else now, awaits=events)
            case ComeAgain():
                self.stop(now)
            case Change(what):
                self._stand("change", change=json.dumps(what, sort_keys=True))
            case Send():
                self._queue(outcome, now)
            case Exit(reason):
                self._leave("", now, reason)
            case Mark(goal):
                self._mark(goal, now)

    def _queue(self, send: Send, now: datetime) -> None:
        self.sends += (Queued(send, self.place.id, len(self.trail)),)
        if send.waits:
            self._stand("message")
        else:
            self._pass("next", now)

    def _mark(self, goal: str, now: datetime) -> None:
        self.marked += (Marked(goal, len(self.trail), self.reached_at),)
        if reason := reason_of(self.graph.goals[goal]):
            self._leave("next", now, reason)
        else:
            self._pass("next", now)

    def _pass(self, branch: str, at: datetime) -> None:
        target = self.place.target(branch)
        if target is None:
            self._leave(branch, at, FINISHED)
            return
        self.trail += (Passed(self.place.id, branch, at),)
        self.place = self.graph.places[target]
        self.reached_at = at
        self.told = NOTHING

    def _stand(self, standing: str, due_at: datetime | None = None, **more: Any) -> None:
        reached_at = self.reached_at if self.trail else None
        self.move = Move(self.trail, self.place.id, len(self.trail), reached_at, standing, due_at, **more)

    def _leave(self, branch: str, at: datetime, reason: str) -> None:
        reached_at = self.reached_at if self.trail else None
        visits = len(self.trail)
        self.trail += (Passed(self.place.id, branch, at),)
        self.move = Move(self.trail, self.place.id, visits, reached_at, "ended", exit_reason=reason)


def grouped(rows: Iterable[Claimed], by: Callable[[Claimed], K]) -> dict[K, list[Claimed]]:
    """Rows by what is said of them, in their order."""
    groups: dict[K, list[Claimed]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups


def backoff(attempts: int) -> timedelta:
    """How long an enrollment that failed `attempts` times is left alone: 1, 4, 9, 16 minutes."""
    return timedelta(minutes=attempts**2)


def _future(at: datetime, now: datetime) -> datetime:
    if at <= now:
        raise ValueError(f"The step waits until {at.isoformat()}, which has passed; it must go on instead.")
    return at
