"""What becomes of a message, and what its reader does with it."""

from enum import StrEnum
from typing import Annotated

from django.utils.translation import gettext_noop as _
from pydantic import Field

from journeys.entry import Slug, Trigger
from journeys.step import Json, Listen, by


class Happening(StrEnum):
    """What can happen to a message that went out."""

    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class MessageTrigger(Trigger):
    """A message was `happened`: any, or only of a channel, a content, a link (a part of its address)."""

    kind = "message"
    fresh = {"happened": "clicked"}

    happened: Happening
    channel: Annotated[str | None, by("channel")] = Field(None, min_length=1, max_length=20)
    content: Annotated[Slug | None, by("content")] = None
    link: str | None = Field(
        None, min_length=1, max_length=500, description=_("A part of the address that was clicked.")
    )

    @property
    def listens(self) -> Listen:
        """The system event of it."""
        lines: list[Json] = [
            {"property": name, "operator": "equals", "value": value}
            for name, value in (("channel", self.channel), ("content", self.content))
            if value is not None
        ]
        if self.link is not None:
            lines.append({"property": "url", "operator": "contains", "value": self.link})
        return Listen(f"$message_{self.happened}", lines)
