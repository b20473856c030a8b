"""A customer who comes into a segment."""

from typing import Annotated

from journeys.entry import Members, Slug, Trigger
from journeys.step import Listen, by


class SegmentEntered(Trigger):
    """Entering the segment; with `existing`, those too who are in it at publishing."""

    kind = "segment_entered"

    segment: Annotated[Slug, by("segment")]
    existing: bool = False

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen(
            "$segment_entered", [{"property": "segment", "operator": "equals", "value": self.segment}]
        )

    @property
    def segments(self) -> dict[str, str]:
        """The one that is entered."""
        return {"segment": self.segment}

    @property
    def members(self) -> Members | None:
        """Of the segment."""
        return Members(segment=self.segment) if self.existing else None
