"""Change a trait of the customer."""

from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from pydantic import Field, field_validator, model_validator

from journeys.changing import ChangeStep
from journeys.step import Json, Moment, by

CONTEXT = r"^$|^(event|trigger|answers)\..+"


class UpdateTrait(ChangeStep):
    """Set a trait, add to a number, put into or take out of a list, or unset it.

    With a constant `value`, or the one that stands in the context at `path`.
    """

    kind = "update_trait"
    fresh = {"do": "set"}

    trait: Annotated[str, by("trait")] = Field(min_length=1, max_length=100, pattern=r"^[^$\x00][^\x00]*$")
    do: Literal["set", "add", "append", "remove", "unset"] = "set"
    value: Annotated[Any, by("value")] = None
    path: Annotated[str, by("context")] = Field(
        "", max_length=200, pattern=CONTEXT, description=_("Such as event.total or answers.<step>.tier")
    )

    @field_validator("trait")
    @classmethod
    def _is_no_address(cls, trait: str) -> str:
        if trait in {"email", "phone"}:
            words = gettext("'%(trait)s' is an address: it is changed by an identify call, which links it")
            raise ValueError(words % {"trait": trait})
        return trait

    @model_validator(mode="after")
    def _has_one_value(self) -> Self:
        if (self.do != "unset") != ((self.value is not None) + bool(self.path)):
            words = (
                gettext("'unset' takes no value")
                if self.do == "unset"
                else gettext("a value or a path is needed")
            )
            raise ValueError(words)
        if self.do == "add" and not self.path and (isinstance(self.value, bool | str | list | dict)):
            raise ValueError(_("'add' takes a number"))
        return self

    def change(self, moment: Moment) -> Json:  # noqa: ARG002 - the value is read when it is changed
        """The trait and what is done with it."""
        return self.model_dump()
