"""A customer who drops out of a segment."""

from typing import Annotated

from journeys.entry import Slug, Trigger
from journeys.step import Listen, by


class SegmentLeft(Trigger):
    """Leaving the segment."""

    kind = "segment_left"

    segment: Annotated[Slug, by("segment")]

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen("$segment_left", [{"property": "segment", "operator": "equals", "value": self.segment}])

    @property
    def segments(self) -> dict[str, str]:
        """The one that is left."""
        return {"segment": self.segment}
