"""A customer who comes to a stage."""

from typing import Annotated

from journeys.entry import Members, Slug, Trigger
from journeys.step import Listen, by


class StageReached(Trigger):
    """Reaching the stage, from whatever other; with `existing`, those too who are in it at publishing."""

    kind = "stage_reached"

    stage: Annotated[Slug, by("stage")]
    existing: bool = False

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen("$stage_changed", [{"property": "to", "operator": "equals", "value": self.stage}])

    @property
    def stages(self) -> dict[str, str]:
        """The one that is reached."""
        return {"stage": self.stage}

    @property
    def members(self) -> Members | None:
        """Of the stage."""
        return Members(stage=self.stage) if self.existing else None
