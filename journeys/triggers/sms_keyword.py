"""A word that a customer sends us by SMS."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from journeys.entry import Trigger
from journeys.step import Listen

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\S+$", max_length=40)]


class SmsKeyword(Trigger):
    """An SMS whose first word is one of `keywords`, in whatever letters, capital or small."""

    kind = "sms_keyword"

    keywords: list[Keyword] = Field(min_length=1, max_length=20)

    @field_validator("keywords")
    @classmethod
    def _are_small(cls, keywords: list[str]) -> list[str]:
        return [keyword.casefold() for keyword in keywords]

    @property
    def listens(self) -> Listen:
        """The reply, whose first word the channels tell in small letters."""
        return Listen(
            "$message_replied",
            [
                {"property": "channel", "operator": "equals", "value": "sms"},
                {"property": "keyword", "operator": "is_any_of", "value": self.keywords},
            ],
        )
