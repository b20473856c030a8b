"""Who walks, what happens to them on the way, from when to when: as it is written in JSON. Pure.

A moment is written as one (`2027-03-01T09:00:00+01:00`; without a zone: by the customer's clocks) or as a
span since the start (`P2D`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from channels.models import ChannelKind
from channels.provider import EventKind
from customers.models import IdentityKind
from journeys.faults import Faults, GraphError
from journeys.step import Json

LONGEST = timedelta(days=366 * 2)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MOST_INPUTS = 100
LONGEST_WHEN = 40
MOMENT: TypeAdapter[datetime] = TypeAdapter(datetime)
SPAN: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def _when(value: object) -> str:
    """A moment or a span, kept as it was written."""
    if not isinstance(value, str) or len(value) > LONGEST_WHEN:
        raise ValueError(_("write a moment (2027-03-01T09:00:00+01:00) or a span since the start (P2D)"))
    try:
        SPAN.validate_python(value)
    except ValidationError:
        try:
            MOMENT.validate_python(value)
        except ValidationError:
            raise ValueError(_("is neither a moment nor a span of time")) from None
    return value


When = Annotated[str, BeforeValidator(_when)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class TermsError(GraphError):
    """Terms that can't be walked by; `errors` as of a graph."""


class _Term(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Term):
    """What a made-up customer has said about a channel."""

    channel: ChannelKind
    topic: Annotated[str, Field(max_length=60)] = ""
    granted: bool = True


class Person(_Term):
    """A customer who is there, by `customer`; or one who is made up, with all that is to be known of them."""

    customer: UUID | None = None
    identities: dict[IdentityKind, Word] = {}
    traits: Annotated[Json, Field(max_length=200)] = {}
    consents: Annotated[list[Statement], Field(max_length=50)] = []
    language: Annotated[str, Field(max_length=20)] = ""
    country: Annotated[str, Field(max_length=2)] = ""
    time_zone: Annotated[str, Field(max_length=60)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Person":
        if self.customer is not None and self.model_fields_set != {"customer"}:
            raise ValueError(_("a customer who is there has their own data: name them, or make one up"))
        return self


class _Input(_Term):
    at: When = "PT0S"


class Enter(_Input):
    """The customer enters, whatever sets the journey off, where its entry rules let them."""

    kind: Literal["enter"]
    properties: Json = {}


class Happen(_Input):
    """An event of the customer."""

    kind: Literal["event"]
    event: Word
    properties: Json = {}


class Learn(_Input):
    """Traits of the customer change; null takes one away."""

    kind: Literal["traits"]
    traits: Annotated[Json, Field(min_length=1, max_length=200)]


class Agree(_Input):
    """The customer says yes or no to a channel, or a topic of it."""

    kind: Literal["consent"]
    channel: ChannelKind
    topic: Annotated[str, Field(max_length=60)] = ""
    granted: bool


class Answer(_Input):
    """Something is heard of the newest message that a step has sent."""

    kind: Literal["message"]
    step: Word
    what: EventKind
    url: Annotated[str, Field(max_length=2000)] = ""


Input = Annotated[Enter | Happen | Learn | Agree | Answer, Field(discriminator="kind")]


class Terms(_Term):
    """All that a walk is made of; the same terms lead the same way. Without `until`: to the end."""

    person: Person = Person()
    starts_at: datetime
    inputs: Annotated[list[Input], Field(max_length=MOST_INPUTS)] = []
    until: When | None = None

    @model_validator(mode="after")
    def _in_the_calendar(self) -> "Terms":
        starts = self.starts_at
        if starts.tzinfo is None:
            raise ValueError(_("starts_at needs a zone: 2027-03-01T09:00:00+01:00"))
        if not EARLIEST <= starts < LATEST:
            raise ValueError(_("starts_at lies between the years 2000 and 2099"))
        for path, when in (
            ("until", self.until),
            *((f"inputs.{n}.at", i.at) for n, i in enumerate(self.inputs)),
        ):
            if when is not None and not starts <= moment(when, starts, UTC) <= starts + LONGEST:
                words = _("%(path)s: %(when)s is before the start, or more than two years after it")
                raise ValueError(words % {"path": path, "when": when})
        return self


def moment(when: str, starts_at: datetime, zone: tzinfo) -> datetime:
    """The moment that is meant, in UTC."""
    try:
        return starts_at.astimezone(UTC) + SPAN.validate_python(when)
    except ValidationError:
        at = MOMENT.validate_python(when)
    except OverflowError:
        return LATEST
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return LATEST


def parse_terms(given: Mapping[str, Any]) -> Terms:
    """Terms from JSON; TermsError names each field that can't be."""
    try:
        return Terms.model_validate(given)
    except ValidationError as error:
        faults = Faults()
        faults.add_invalid("", error)
        raise TermsError(faults.errors) from None
