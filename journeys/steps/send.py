"""Send a message on whichever channel reaches the customer."""

from collections.abc import Mapping
from typing import Annotated, Literal

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator

from journeys.sending import Chosen, Sending
from journeys.step import Moment, by


class Way(BaseModel):
    """A channel, and the content for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Literal["email", "sms", "push", "webhook"]
    content: Annotated[str, by("content:@channel")] = Field(min_length=1, max_length=80)


class SendAnywhere(Sending):
    """Send one of several contents, each for a channel of its own: by the first that reaches the customer.

    `first`: in the order given. `preferred`: the trait `preferred_channel`, else the channel on which they
    last clicked or opened, where these reach them; else in the order given. Where none does, the first is
    tried, so that it is told why it is not sent. When a cap is full, `switch` goes through the others that
    reach them.
    """

    kind = "send"
    fresh = {"contents": [{"channel": "email", "content": ""}, {"channel": "sms", "content": ""}]}

    ways: tuple[Way, ...] = Field(alias="contents", min_length=1, max_length=4)
    order: Literal["first", "preferred"] = "first"

    @field_validator("ways")
    @classmethod
    def _channels_differ(cls, ways: tuple[Way, ...]) -> tuple[Way, ...]:
        if len({way.channel for way in ways}) < len(ways):
            raise ValueError(_("two contents are for the same channel"))
        return ways

    @property
    def contents(self) -> Mapping[str, str]:
        """All of them."""
        return {f"contents.{number}.content": way.content for number, way in enumerate(self.ways)}

    @property
    def channels(self) -> Mapping[str, str]:
        """The channel of each."""
        return {f"contents.{number}.content": way.channel for number, way in enumerate(self.ways)}

    @property
    def reaches(self) -> Mapping[str, str]:
        """Channels and their contents."""
        return {way.channel: way.content for way in self.ways}

    def choose(self, moment: Moment) -> Chosen:
        """The first that reaches the customer, by the order that is set."""
        reached = [way for way in self.ways if way.channel in moment.reach.channels] or [self.ways[0]]
        if self.order == "preferred":
            wishes = (moment.reach.preferred, moment.reach.last_used)
            rank = {channel: place for place, channel in reversed([*enumerate(wishes)]) if channel}
            reached.sort(key=lambda way: rank.get(way.channel, len(wishes)))
        first, *others = reached
        return Chosen(first.channel, first.content, tuple(way.content for way in others))
