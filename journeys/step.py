"""The contract of a step: typed settings, and one pure decision.

A step lives in a file of its own in `journeys/steps/` and is found there; docs/adding-a-step.md shows how
to write one. Nothing in a step touches the database, the network or the clock: the engine hands it a Moment
and does what its Outcome says.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from config.registry import Registry

NEXT = "next"
Json = dict[str, Any]
Span = Annotated[timedelta, Field(ge=timedelta(seconds=1), le=timedelta(days=366 * 5))]


class Moment(NamedTuple):
    """What a step may know of a customer when it decides. One that reads `zone` says so by `reads_zone`."""

    now: datetime
    reached_at: datetime
    zone: tzinfo = UTC
    holds: frozenset[str] = frozenset()
    fate: str = ""
    fated_at: datetime | None = None
    happened_at: datetime | None = None


class Ask(NamedTuple):
    """A rule that the engine answers for the batch; `path` is where it stands in the step's settings."""

    path: str
    rule: Json


class Listen(NamedTuple):
    """An event by its name and a filter on its properties (see docs/rules.md)."""

    event: str
    where: list[Json]


@dataclass(frozen=True, slots=True)
class Advance:
    """Go on by a branch. The next step counts from `at`, where that is not the present moment."""

    branch: str = NEXT
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Stand here until a moment, then decide again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Stand here until the awaited event came, or a moment has come; then decide again."""

    event: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Send:
    """Queue a message. Stand here until it has its fate, or go on at once by `next`."""

    channel: str
    content: str
    priority: int = 50
    on_cap: str = "hold"
    fallbacks: tuple[str, ...] = field(default=())
    expires_at: datetime | None = None
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave the journey here, for a reason."""

    reason: str


Outcome = Advance | WaitUntil | WaitFor | Send | Exit


class Step(BaseModel, ABC):
    """A kind of step. Its fields are its settings; their JSON Schema draws its form in the designer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    reads_zone: ClassVar[bool] = False
    pauses: ClassVar[bool] = False  # whether time passes here for certain, so that loops may lead through it

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register each class that names its kind; one without is shared by several steps."""
        super().__pydantic_init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            registry.add(cls.kind, cls)

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches by which customers may leave."""
        return (NEXT,)

    @property
    def asks(self) -> Mapping[str, Ask]:
        """Rules to answer before `decide`; those that hold are in `moment.holds` by their key."""
        return {}

    @property
    def listens(self) -> Listen | None:
        """The event that this step awaits: `moment.happened_at` says when it came, after `reached_at`."""
        return None

    @property
    def contents(self) -> Mapping[str, str]:
        """The contents that this step needs: settings path → slug."""
        return {}

    @abstractmethod
    def decide(self, moment: Moment) -> Outcome:
        """What the customer does now. Pure: the same moment gives the same outcome."""


registry: Registry[type[Step]] = Registry("step", "journeys.steps")


def schemas() -> dict[str, Json]:
    """The JSON Schema of each kind's settings, for the designer and the API."""
    return {kind: registry.get(kind).model_json_schema() for kind in registry}
