"""The contract of a step: typed settings, and one pure decision.

A step lives in a file of its own in `journeys/steps/` and is found there; docs/adding-a-step.md shows how
to write one. Nothing in a step touches the database, the network or the clock: the engine hands it a Moment
and does what its Outcome says. What a Moment may tell beyond the time is declared by the step's properties,
so that it is read for a whole batch at once (`journeys/told/`).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, ClassVar, NamedTuple

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from config.registry import Registry
from journeys.setting_words import worded

NEXT = "next"
Json = dict[str, Any]


def by(widget: str) -> Any:
    """For `Annotated`: the control by which the designer asks for a setting (docs/adding-a-step.md)."""
    return Field(json_schema_extra={"widget": widget})


RuleTree = Annotated[Json, by("rule")]
# Filters on an event's properties as they are stored; parse_where checks them.
Filters = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [{"type": "array", "items": {"type": "object"}}, {"type": "object"}],
            "widget": "filter",
        }
    ),
    Field(description=_("Filters that all must hold, or a group of filters: see docs/rules.md.")),
]


class Happened(NamedTuple):
    """Which of the things that are awaited came first, by its key, and when."""

    key: str
    at: datetime


class Did(NamedTuple):
    """What became of a message, and what the customer did with it. Machines' hits don't count."""

    state: str = ""
    reason: str = ""
    is_delivered: bool = False
    is_opened: bool = False
    is_clicked: bool = False


class Reach(NamedTuple):
    """Where a message could reach the customer; which channel they prefer by their word, and used last."""

    channels: frozenset[str] = frozenset()
    preferred: str = ""
    last_used: str = ""


class Turn(NamedTuple):
    """Whether a rate lets the customer through now; else when to ask again."""

    is_mine: bool
    at: datetime


class Moment(NamedTuple):
    """What a step may know when it decides. `fate`: of its message, its change or its wait."""

    now: datetime
    reached_at: datetime
    fate: str = ""
    fated_at: datetime | None = None
    zone: tzinfo = UTC
    holds: frozenset[str] = frozenset()
    fits: frozenset[str] = frozenset()
    happened: Happened | None = None
    lot: int = 0
    visits: int = 0
    date: str = ""
    did: Did = Did()
    reach: Reach = Reach()
    hour: int | None = None
    turn: Turn | None = None


class Ask(NamedTuple):
    """A rule that the engine answers for the batch; `path` is where it stands in the settings."""

    path: str
    rule: Json


class Filter(NamedTuple):
    """Filters on the context, likewise; their properties begin with event, trigger or answers.

    Or on what this very step was answered: `is_of_answer`.
    """

    path: str
    lines: Filters
    is_of_answer: bool = False


class Listen(NamedTuple):
    """An event by its name and a filter on its properties (see docs/rules.md).

    With a `step`: that the last message of that step was `did` (opened, clicked, delivered).
    """

    event: str
    where: Filters
    path: str = "where"
    step: str = ""
    did: str = ""


class Lots(NamedTuple):
    """A draw that always falls alike for one customer; `salt` tells it from others."""

    salt: str
    weights: tuple[float, ...]


class DateOf(NamedTuple):
    """A date by its path: a trait of the customer, or a property of the entering event."""

    source: str  # customer, event
    path: str


class Rate(NamedTuple):
    """At most `most` in any `seconds`."""

    most: int
    seconds: int


class Named(NamedTuple):
    """Something that a step names and that must be there: a list, a stage, a journey, a segment, a step."""

    what: str
    key: str


@dataclass(frozen=True, slots=True)
class Advance:
    """Go on by a branch. The next step counts from `at`, where that is not the present moment."""

    branch: str = NEXT
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Stand here until a moment, then decide again, with `mark` as the fate."""

    at: datetime
    mark: str = ""


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Stand here until one of the awaited events came, or a moment has come; then decide again."""

    events: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class ComeAgain:
    """Stand here, and decide again in the next claim."""


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
class Change:
    """Have something changed outside (journeys/effects.py); stand here until it is done or failed."""

    what: Json


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave the journey here, for a reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A goal of the journey is reached: it ends here if the goal says so, else goes on by `next`."""

    goal: str


Outcome = Advance | WaitUntil | WaitFor | ComeAgain | Send | Change | Exit | Mark


class Step(BaseModel, ABC):
    """A kind of step. Its fields are its settings; their JSON Schema draws its form in the designer."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: ClassVar[str]
    fresh: ClassVar[Mapping[str, Any]] = {}  # settings with which the designer begins
    takes_next: ClassVar[bool] = True  # whether `next` may stand for branches that the graph does not name

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
    def pauses(self) -> bool:
        """Whether time passes here for certain, so that loops may lead through it."""
        return False

    @property
    def names(self) -> Mapping[str, Named]:
        """What must be there when this is published: settings path → what."""
        return {}

    @property
    def contents(self) -> Mapping[str, str]:
        """The contents that this step needs: settings path → slug."""
        return {}

    @property
    def reads_zone(self) -> bool:
        """Whether `decide` needs the customer's time zone, `moment.zone`."""
        return False

    @property
    def asks(self) -> Mapping[str, Ask]:
        """Rules to answer before `decide`; those that hold are in `moment.holds` by their key."""
        return {}

    @property
    def filters(self) -> Mapping[str, Filter]:
        """Filters to ask of the context; those that pass are in `moment.fits` by their key."""
        return {}

    @property
    def listens(self) -> Mapping[str, Listen]:
        """What this step awaits, by key; `moment.happened` says which came first, and when."""
        return {}

    @property
    def lots(self) -> Lots | None:
        """A draw to make: `moment.lot` is the place that the customer drew."""
        return None

    @property
    def counted_branch(self) -> str:
        """A branch to whose target `moment.visits` counts the visits of this enrollment."""
        return ""

    @property
    def date_of(self) -> DateOf | None:
        """A date to read: `moment.date`, as it is written; empty where there is none."""
        return None

    @property
    def message_of(self) -> str | None:
        """The step of whose last message `moment.did` tells; empty: of the last one of all; None: of none."""
        return None

    @property
    def reaches(self) -> Mapping[str, str]:
        """Channels to ask whether they reach the customer with a content: `moment.reach`."""
        return {}

    @property
    def reads_hour(self) -> bool:
        """Whether `decide` needs the customer's best local hour, `moment.hour`."""
        return False

    @property
    def rate(self) -> Rate | None:
        """A rate that lets so many through: `moment.turn`, in the first decision of a claim."""
        return None

    @property
    def marks(self) -> str:
        """The goal that customers reach by coming here; empty: none."""
        return ""

    @abstractmethod
    def decide(self, moment: Moment) -> Outcome:
        """What the customer does now. Pure: the same moment gives the same outcome."""


registry: Registry[type[Step]] = Registry("step", "journeys.steps")


def schemas() -> dict[str, Json]:
    """The JSON Schema of each kind's settings, for the designer and the API, in the reader's language."""
    return {kind: worded(registry.get(kind)) for kind in registry}
