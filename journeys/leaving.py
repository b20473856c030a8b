"""What a journey is for, what ends it early, and who is held out: the shapes as they are written. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from customers.rules import Rule
from customers.rules.where import Where
from journeys.entry import LATENESS
from journeys.span import Elapsed
from journeys.step import Filters, Json, Listen, RuleTree, by

MOST = 10  # goals of a journey, and as many exits
Slug = Annotated[str, Field(min_length=1, max_length=80)]
GoalName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,50}$")]
CURRENCY = r"^([A-Z]{3})?$"
TAGGED = frozenset({"when"})  # fields after which a fault's place names the kind


class Shape(BaseModel):
    """A part of a graph."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class When(Shape, ABC):
    """Something that happens to a customer."""

    @property
    @abstractmethod
    def listens(self) -> Listen:
        """The event that says so."""

    @property
    def segments(self) -> Mapping[str, str]:
        """The segments that it names, by their fields."""
        return {}

    @property
    def stages(self) -> Mapping[str, str]:
        """The stages that it names, likewise."""
        return {}

    @property
    def journeys(self) -> Mapping[str, str]:
        """The journeys that it names, likewise."""
        return {}


class EventWhen(When):
    """An event by its name."""

    kind: Literal["event"]
    event: Annotated[str, by("event")] = Field(min_length=1, max_length=200)
    where: Filters = []

    @property
    def listens(self) -> Listen:
        """The event itself."""
        return Listen(self.event, self.where)


class SegmentWhen(When):
    """A segment entered or left."""

    kind: Literal["segment_entered", "segment_left"]
    segment: Annotated[Slug, by("segment")]

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen(f"${self.kind}", [_equals("segment", self.segment)])

    @property
    def segments(self) -> Mapping[str, str]:
        """The one."""
        return {"segment": self.segment}


class StageWhen(When):
    """A stage reached or left, from or to whatever other."""

    kind: Literal["stage_reached", "stage_left"]
    stage: Annotated[Slug, by("stage")]

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen(
            "$stage_changed", [_equals("to" if self.kind == "stage_reached" else "from", self.stage)]
        )

    @property
    def stages(self) -> Mapping[str, str]:
        """The one."""
        return {"stage": self.stage}


def _equals(name: str, value: str) -> Json:
    return {"property": name, "operator": "equals", "value": value}


AnyWhen = Annotated[EventWhen | SegmentWhen | StageWhen, Field(discriminator="kind")]


class Value(Shape):
    """What a conversion is worth: a property of the event, or an amount that is always the same."""

    property: Annotated[str, by("property")] = Field(
        "", max_length=200, description=_("Dotted path of a property of the event.")
    )
    amount: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=4)
    currency: str = Field("", pattern=CURRENCY)
    currency_property: Annotated[str, by("property")] = Field(
        "", max_length=200, description=_("Dotted path of the currency's code.")
    )

    @model_validator(mode="after")
    def _is_one(self) -> "Value":
        if bool(self.property) == (self.amount is not None):
            raise ValueError(_("is either a property of the event or an amount"))
        if bool(self.currency) == bool(self.currency_property):
            raise ValueError(_("needs a currency, such as EUR, or the property that says it"))
        if self.amount is not None and self.currency_property:
            raise ValueError(_("an amount has a currency of its own"))
        return self


class Goal(Shape):
    """What the journey is for. Reaching it counts, and ends the journey unless `exits` says otherwise."""

    name: GoalName
    when: AnyWhen | None = Field(None, description=_("Absent: a step of kind goal alone marks it."))
    rule: RuleTree | None = Field(None, description=_("Of whom it counts; absent: of everybody."))
    window: Elapsed | None = Field(
        None, description=_("Counted from entering. Absent: as long as the customer is inside.")
    )
    value: Value | None = None
    exits: bool = True
    once: bool = Field(default=True, description=_("The first conversion only; else each."))


class EarlyExit(Shape):
    """What ends the journey of a customer, wherever it stands."""

    when: AnyWhen
    rule: RuleTree | None = Field(None, description=_("Whom it lets out; absent: everybody."))
    reason: str = Field(min_length=1, max_length=60)


class Holdout(Shape):
    """How many of a hundred go through the journey and get nothing of it but transactional messages."""

    percent: Decimal = Field(gt=0, le=100, max_digits=5, decimal_places=2)
    salt: str = Field(
        "",
        max_length=80,
        pattern=r"^[\x20-\x7e]*$",
        description=_("Another one draws anew. Absent: the journey's."),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A goal or an early exit that an event brings about: where it stands, its filter and rule, parsed.

    `reason` is why the enrollment ends; none where it goes on. Compared by identity, as places are.
    """

    path: str
    when: EventWhen | SegmentWhen | StageWhen
    event: str
    where: Where | None
    rule: Rule | None
    reason: str
    goal: Goal | None

    @property
    def window(self) -> timedelta:
        """For how long it counts from entering; none: while the customer is inside."""
        return (self.goal.window if self.goal else None) or timedelta(0)


def began_at(entered_at: datetime, entered_by: str | None) -> datetime:
    """When an enrollment began: at the moment of the event that set it off, an hour late at most."""
    try:
        since = datetime.fromisoformat(entered_by or "")
    except ValueError:
        return entered_at
    if since.tzinfo is None:
        return entered_at
    return max(min(since, entered_at), entered_at - LATENESS)


def longest_windows(watched: Sequence[Watched]) -> dict[str, timedelta]:
    """Of each event that is watched."""
    found: dict[str, timedelta] = {}
    for one in watched:
        found[one.event] = max(found.get(one.event, one.window), one.window)
    return found


def reason_of(goal: Goal) -> str:
    """Why an enrollment ended that reached this goal; empty where it goes on."""
    return f"goal:{goal.name}" if goal.exits else ""
