"""Hold a customer until one of several things happens, or none does."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Self

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from journeys.span import Span
from journeys.step import (
    Advance,
    Ask,
    Filters,
    Json,
    Listen,
    Moment,
    Named,
    Outcome,
    RuleTree,
    Step,
    WaitFor,
    by,
)

HAPPENED, TIMED_OUT = "happened", "timed_out"
SEGMENT_OF_RULE = "awaited-"
Segment = Annotated[str, by("segment")]
SendingStep = Annotated[str, by("step:sending")]
Key = Field("", max_length=80)
StepId = Field(
    "",
    max_length=60,
    description=_("A sending step of this journey: what was done with its last message."),
)


class Awaited(BaseModel):
    """A branch and the one thing that leads into it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    event: Annotated[str, by("event")] = Field("", max_length=200)
    where: Filters = []
    segment_entered: Segment = Key
    segment_left: Segment = Key
    stage_reached: Annotated[str, by("stage")] = Key
    opened: SendingStep = StepId
    clicked: SendingStep = StepId
    delivered: SendingStep = StepId
    rule: RuleTree | None = Field(
        None, description=_("A rule about the customer; true already, it goes on at once.")
    )

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        things = self.model_dump(exclude={"branch", "where"})
        if sum(bool(thing) for thing in things.values()) != 1:
            raise ValueError(gettext("awaits exactly one of: %(things)s") % {"things": ", ".join(things)})
        if self.where and not self.event:
            raise ValueError(_("'where' goes with an event"))
        return self

    def listen(self, path: str) -> Listen:
        """What tells that it happened."""
        for name, key in (("segment_entered", self.segment_entered), ("segment_left", self.segment_left)):
            if key:
                return _of_key(f"${name}", "segment", key)
        if self.stage_reached:
            return _of_key("$stage_changed", "to", self.stage_reached)
        if self.rule is not None:
            return _of_key("$segment_entered", "segment", segment_of_rule(self.rule))
        for did in ("opened", "clicked", "delivered"):
            if step := getattr(self, did):
                return Listen(f"$message_{did}", [], step=step, did=did)
        return Listen(self.event, self.where, f"{path}.where")


class WaitForEvent(Step):
    """Wait until one of several things happens, at most for `at_most`; the first one's branch is taken."""

    kind = "wait_for"
    fresh = {"for": [{"branch": "happened", "event": ""}], "at_most": "P7D"}

    awaited: tuple[Awaited, ...] = Field(alias="for", min_length=1, max_length=10)
    at_most: Span

    @model_validator(mode="before")
    @classmethod
    def _of_one_event(cls, settings: Any) -> Any:
        """Graphs of older versions await one event, whose branch is `happened`."""
        if isinstance(settings, Mapping) and "event" in settings and "for" not in settings:
            one = {name: settings[name] for name in ("event", "where") if name in settings}
            rest = {name: value for name, value in settings.items() if name not in one}
            return rest | {"for": [one | {"branch": HAPPENED}]}
        return settings

    @field_validator("awaited")
    @classmethod
    def _names_differ(cls, awaited: tuple[Awaited, ...]) -> tuple[Awaited, ...]:
        names = [one.branch for one in awaited]
        if {TIMED_OUT, "next"} & set(names):
            raise ValueError(
                _(
                    "'timed_out' is for those of whom nothing happened,"
                    " 'next' for all branches without a target"
                )
            )
        if len(set(names)) < len(names):
            raise ValueError(_("two branches have the same name"))
        return awaited

    @property
    def branches(self) -> tuple[str, ...]:
        """Each thing's, and that the time ran out."""
        return (*(one.branch for one in self.awaited), TIMED_OUT)

    @property
    def pauses(self) -> bool:
        """Where nothing that is awaited can be so already."""
        return all(
            one.event or one.segment_entered or one.segment_left or one.stage_reached for one in self.awaited
        )

    @property
    def reads_zone(self) -> bool:
        """Where the time-out counts days."""
        return self.at_most.is_wall

    @property
    def listens(self) -> Mapping[str, Listen]:
        """What tells of each."""
        return {one.branch: one.listen(f"for.{number}") for number, one in enumerate(self.awaited)}

    @property
    def asks(self) -> Mapping[str, Ask]:
        """The rules, which may hold already."""
        return {
            one.branch: Ask(f"for.{number}.rule", one.rule)
            for number, one in enumerate(self.awaited)
            if one.rule is not None
        }

    @property
    def names(self) -> Mapping[str, Named]:
        """Segments, stages and sending steps."""
        fields = {
            "segment_entered": "segment",
            "segment_left": "segment",
            "stage_reached": "stage",
            "opened": "sending step",
            "clicked": "sending step",
            "delivered": "sending step",
        }
        return {
            f"for.{number}.{field}": Named(what, key)
            for number, one in enumerate(self.awaited)
            for field, what in fields.items()
            if (key := getattr(one, field))
        }

    def decide(self, moment: Moment) -> Outcome:
        """Go on when something has happened, or the time has run out."""
        until = self.at_most.after(moment.reached_at, moment.zone)
        if moment.happened is not None and moment.happened.at <= until:
            return Advance(moment.happened.key)
        if moment.now >= until:
            return Advance(TIMED_OUT)
        for one in self.awaited:
            if one.branch in moment.holds:
                return Advance(one.branch)
        return WaitFor(tuple(sorted({listen.event for listen in self.listens.values()})), until)


def segment_of_rule(rule: Json) -> str:
    """The key of the internal segment that is kept true while somebody may await that the rule holds."""
    told = json.dumps(rule, sort_keys=True).encode()
    return SEGMENT_OF_RULE + sha256(told).hexdigest()[:24]


def _of_key(event: str, name: str, key: str) -> Listen:
    return Listen(event, [{"property": name, "operator": "equals", "value": key}])
