"""The stage in which the customer stands."""

from typing import Annotated, Any, Literal

from django.db.models import Expression, F, IntegerField, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from customers.models.stage import LABELS
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import AnyOf, Compare, Not, known
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown

NUMBERS = {slug: number for number, slug in enumerate(LABELS, start=1)}


def checked_stage(slug: object) -> str:
    """`slug`, if it is a stage's key."""
    if not isinstance(slug, str) or slug not in NUMBERS:
        raise Slip(_("One of the seven stages is needed: %(slugs)s.") % {"slugs": ", ".join(NUMBERS)})
    return slug


StageKey = Annotated[str, AfterValidator(checked_stage)]


class InStage(Leaf):
    """`value` is a stage's key, for is_any_of a list of them. A customer without a stage is in none."""

    family = "stage"
    shown = Shown(
        gettext_lazy("Stage"),
        "stages",
        suggests={"value": "stages"},
        takes={"*": "text", "is_any_of": "list"},
    )

    operator: Literal["is", "is_not", "is_any_of"]
    value: Annotated[Any, Field()]

    @field_validator("value")
    @classmethod
    def _are_stages(cls, value: Any, info: ValidationInfo) -> tuple[str, ...]:
        slugs = value if info.data.get("operator") == "is_any_of" else [value]
        if not isinstance(slugs, list | tuple) or not slugs:
            slugs = [None]  # of which the words are the same
        return tuple(checked_stage(slug) for slug in slugs)

    def condition(self, facts: Facts) -> Expression:
        """Whether the customer's row says so."""
        del facts
        numbers = [Value(NUMBERS[slug], output_field=IntegerField()) for slug in self.value]
        holds = AnyOf(*(known(Compare(F("stage_id"), "=", number)) for number in numbers))
        return Not(holds) if self.operator == "is_not" else holds

    def found(self, facts: Facts) -> F:
        """The stage's key."""
        del facts
        return F("stage__slug")

    def depends(self) -> Depends:
        """The stage."""
        return Depends(stage=True)

    def words(self) -> str:
        """As in "stage is action or use"."""
        stages = _(" or ").join(str(LABELS[slug]) for slug in self.value)
        if self.operator == "is_not":
            return _("stage is not %(stages)s") % {"stages": stages}
        return _("stage is %(stages)s") % {"stages": stages}
