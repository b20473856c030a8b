"""The contract of a trigger: typed settings that say what lets customers in, whom, and how often. Pure.

A trigger lives in a file of its own in `journeys/triggers/` and is found there; docs/adding-a-step.md shows
how to write one.
"""

from abc import ABC
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol

from django.utils.translation import gettext_noop as _
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from config.registry import Registry
from journeys.setting_words import worded
from journeys.step import Json, Listen, RuleTree, by

LATENESS = timedelta(hours=1)  # so far back at most an entering event that came late counts from its own time
Slug = Annotated[str, Field(min_length=1, max_length=80)]
TraitPath = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^.\x00]+(\.[^.\x00]+)*$"), by("trait")
]


class Policy(StrEnum):
    """How often one customer may enter. Never twice at the same time for the same key."""

    ONCE = "once"
    AGAIN = "again"
    PER_KEY = "per_key"


class Entry(BaseModel):
    """Once ever; again when the last entry is `after` ago; or once for each value of the property `key`.

    Whoever comes over a cap, before `starts_at` or from `ends_at` on is not let in, and counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy = Policy.ONCE
    after: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    key: Annotated[str, by("property")] = Field(
        default="", max_length=200, description=_("Dotted path of a property of the entering event.")
    )
    at_most: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description=_("With per_key: how many runs of one customer may be live at once."),
    )
    entries_per_hour: int | None = Field(
        default=None, ge=1, description=_("Of all customers, by the brand's clock.")
    )
    entries_per_day: int | None = Field(
        default=None, ge=1, description=_("Of all customers, by the brand's calendar.")
    )
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Entry":
        if (self.policy == Policy.PER_KEY) != bool(self.key):
            raise ValueError(_("a key goes with the policy per_key, and only with it"))
        if self.after and self.policy != Policy.AGAIN:
            raise ValueError(_("'after' goes with the policy again"))
        if self.at_most and self.policy != Policy.PER_KEY:
            raise ValueError(
                _("'at_most' goes with the policy per_key: else a customer is inside once at a time")
            )
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValueError(_("'ends_at' must be after 'starts_at'"))
        return self

    def is_open(self, now: datetime) -> bool:
        """Whether entering is possible at that moment by its dates."""
        return (not self.starts_at or now >= self.starts_at) and (not self.ends_at or now < self.ends_at)

    @property
    def is_capped(self) -> bool:
        """Whether there is a cap on the entries of all."""
        return self.entries_per_hour is not None or self.entries_per_day is not None


class Members(NamedTuple):
    """Those who are in a segment or a stage now, by its key."""

    segment: str = ""
    stage: str = ""


class Occurrence(NamedTuple):
    """One time that a customer's date comes round: the local day of it, and the moment that lets in."""

    day: date
    at: datetime


class CustomerDate(Protocol):
    """A date that is kept as a trait of each customer."""

    @property
    def trait(self) -> str:
        """The dotted path of the trait."""

    def next_occurrence(
        self, value: object, zone: tzinfo, since: datetime, seen: date | None
    ) -> Occurrence | None:
        """The first one at `since` or later, of a day after `seen`; None: it never comes."""


class Trigger(BaseModel, ABC):
    """A kind of trigger. Its fields are its settings; their JSON Schema draws its form in the designer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    fresh: ClassVar[Mapping[str, Any]] = {}  # settings with which the designer begins
    is_timely: ClassVar[bool] = False  # whether a start of members that comes a day late is passed over

    rule: RuleTree | None = Field(None, description=_("Who may enter; absent: everybody."))
    entry: Entry = Entry()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register each class that names its kind; one without is shared by several triggers."""
        super().__pydantic_init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            registry.add(cls.kind, cls)

    @property
    def listens(self) -> Listen | None:
        """The event that lets its customer in, where one does."""
        return None

    @property
    def segments(self) -> Mapping[str, str]:
        """The segments that it names: settings path → slug."""
        return {}

    @property
    def stages(self) -> Mapping[str, str]:
        """The stages that it names, likewise."""
        return {}

    @property
    def journeys(self) -> Mapping[str, str]:
        """The journeys of which it wants news, likewise."""
        return {}

    @property
    def traits(self) -> tuple[str, ...]:
        """The traits, as dotted paths, whose changes it must be told."""
        return ()

    @property
    def members(self) -> Members | None:
        """Who enters together, at the moments that `next_start` tells; None: nobody does."""
        return None

    def next_start(self, last: datetime | None, now: datetime) -> datetime | None:
        """When the members enter next, after they did at `last`; None there: not since it was published."""
        return now if last is None and self.members else None

    @property
    def customer_date(self) -> CustomerDate | None:
        """The date of each customer that lets in, where one does."""
        return None


registry: Registry[type[Trigger]] = Registry("trigger", "journeys.triggers")


def schemas() -> dict[str, Json]:
    """The JSON Schema of each kind's settings, for the designer and the API, in the reader's language."""
    return {kind: worded(registry.get(kind)) for kind in registry}
