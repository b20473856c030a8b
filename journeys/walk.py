"""The way of enrollments through one claim: the steps that they pass and where they come to stand. Pure.

Enrollments that stand alike walk together: what a step decides depends on its Moment alone, so it decides
once for all of them. Where it is told more of each customer, by a rule, a zone or an event, the walk parts.
What a walk did is its `move`.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar

from journeys.graph import Graph, Place
from journeys.step import Advance, Exit, Moment, Outcome, Send, WaitFor, WaitUntil

FINISHED = "finished"
MOST_ATTEMPTS = 5
NOBODY: frozenset[str] = frozenset()
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
    """The steps that enrollments passed, and where they stand. `reached_at` is None where they stayed."""

    trail: tuple[Passed, ...]
    step: str
    visits: int
    reached_at: datetime | None
    standing: str
    due_at: datetime | None
    awaits: str
    exit_reason: str


class Queued(NamedTuple):
    """A message that a step asked for, so many visits after the one that was claimed."""

    send: Send
    step: str
    visits: int


class Walk:
    """Enrollments that walk together, while they are advanced."""

    __slots__ = (
        "graph",
        "happened_at",
        "holds",
        "move",
        "place",
        "reached_at",
        "rows",
        "sends",
        "trail",
        "zone",
    )

    def __init__(self, rows: Sequence[Claimed], graph: Graph) -> None:
        self.rows = rows
        self.graph = graph
        self.place: Place = graph.places[rows[0].step]
        self.reached_at = rows[0].reached_at
        self.zone: tzinfo = UTC
        self.holds = NOBODY
        self.happened_at: datetime | None = None
        self.trail: tuple[Passed, ...] = ()
        self.sends: tuple[Queued, ...] = ()
        self.move: Move | None = None

    @property
    def awaits_event(self) -> bool:
        """Whether they stood at an open wait when they were claimed, and still do."""
        return self.rows[0].standing == "event" and not self.trail

    def part(self, by: Callable[[Claimed], K]) -> Iterable[tuple[K, "Walk"]]:
        """The same walk for each group of rows of which `by` says the same."""
        for key, rows in grouped(self.rows, by).items():
            walk = Walk(rows, self.graph)
            walk.place, walk.reached_at, walk.zone = self.place, self.reached_at, self.zone
            walk.trail, walk.sends, walk.happened_at = self.trail, self.sends, self.happened_at
            yield key, walk

    def decide(self, now: datetime) -> None:
        """Let the step decide once, and do what it says; `move` is set when the walk is over."""
        row = self.rows[0]
        fate, fated_at = ("", None) if self.trail else (row.fate, row.due_at)
        moment = Moment(now, self.reached_at, self.zone, self.holds, fate, fated_at, self.happened_at)
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
                # The first time due at once: the engine looks back, once this wait can be seen, for an
                # event that came while it could not.
                self._stand("event", _future(until, now) if self.awaits_event else now, event)
            case Send():
                self.sends += (Queued(outcome, self.place.id, len(self.trail)),)
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
        self.holds = NOBODY
        self.happened_at = None

    def _stand(self, standing: str, due_at: datetime | None, awaits: str = "") -> None:
        reached_at = self.reached_at if self.trail else None
        visits = len(self.trail)
        self.move = Move(self.trail, self.place.id, visits, reached_at, standing, due_at, awaits, "")

    def _leave(self, branch: str, at: datetime, reason: str) -> None:
        reached_at = self.reached_at if self.trail else None
        visits = len(self.trail)
        self.trail += (Passed(self.place.id, branch, at),)
        self.move = Move(self.trail, self.place.id, visits, reached_at, "ended", None, "", reason)


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
