"""Put the customer into a stage."""

from collections.abc import Mapping
from typing import Annotated, Self

from django.utils.translation import gettext_noop as _
from pydantic import Field, model_validator

from journeys.changing import ChangeStep
from journeys.span import Span
from journeys.step import Json, Moment, Named, by


class MoveStage(ChangeStep):
    """Put the customer into `stage`: for good, for a span, or until the rules name another stage."""

    kind = "move_stage"

    stage: Annotated[str, by("stage")] = Field(min_length=1, max_length=80)
    hold_for: Span | None = Field(None, description=_("After that the rules decide again."))
    yields: bool = Field(default=False, description=_("Until the rules name another stage than now."))
    reason: str = Field("", max_length=500, pattern=r"^[^\x00]*$")

    @model_validator(mode="after")
    def _ends_one_way(self) -> Self:
        if self.hold_for and self.yields:
            raise ValueError(_("choose either 'hold_for' or 'yields'"))
        return self

    @property
    def names(self) -> Mapping[str, Named]:
        """The stage."""
        return {"stage": Named("stage", self.stage)}

    @property
    def reads_zone(self) -> bool:
        """Where days are counted."""
        return self.hold_for is not None and self.hold_for.is_wall

    def change(self, moment: Moment) -> Json:
        """The stage, and until when it is held."""
        until = self.hold_for.after(moment.now, moment.zone).isoformat() if self.hold_for else None
        return {"stage": self.stage, "until": until, "yields": self.yields, "reason": self.reason}
