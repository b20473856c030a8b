"""A customer who leaves a stage."""

from typing import Annotated

from journeys.entry import Slug, Trigger
from journeys.step import Listen, by


class StageLeft(Trigger):
    """Leaving the stage, to whatever other."""

    kind = "stage_left"

    stage: Annotated[Slug, by("stage")]

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen("$stage_changed", [{"property": "from", "operator": "equals", "value": self.stage}])

    @property
    def stages(self) -> dict[str, str]:
        """The one that is left."""
        return {"stage": self.stage}
