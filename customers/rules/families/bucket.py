"""A share of all customers, drawn by lot once and for all: for trials and for sending in parts."""

from decimal import Decimal
from typing import Any, Literal

from django.db.models import BigIntegerField, Expression, F, Func, IntegerField, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import field_validator

from customers.rules.comparison import check_number
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import Compare, Not
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Text

FINEST = 100  # parts of a percent that can be told apart
BUCKETS = 100 * FINEST


def fine(share: float) -> Decimal:
    """A share of so many percent in the finest parts."""
    return Decimal(str(share)) * FINEST


class Lot(Func):
    """A number from 0 to BUCKETS - 1, which hangs on a seed and on the customer's public id alone."""

    function = "md5"
    arg_joiner = " || ':' || "
    template = f"mod(('x' || left(%(function)s(%(expressions)s), 8))::bit(32)::bigint, {BUCKETS})"
    output_field = BigIntegerField()


class InBucket(Leaf):
    """`value` percent of the customers: with one `seed` always the same ones, with another one others.

    With the same seed a greater share holds all of a smaller one.
    """

    family = "bucket"
    shown = Shown(
        gettext_lazy("A share drawn by lot"),
        words={
            "seed": gettext_lazy("drawn for"),
            "among": gettext_lazy("is among these percent"),
            "not_among": gettext_lazy("is not among these percent"),
        },
        takes={"*": "number"},
    )

    seed: Text
    operator: Literal["among", "not_among"]
    value: Any

    @field_validator("value")
    @classmethod
    def _is_share(cls, value: Any) -> int | float:
        share = check_number(value)
        if not 0 < share < 100 or fine(share) % 1:  # noqa: PLR2004 - percent
            raise Slip(_("A share is more than 0 and less than 100 percent, with at most two decimals."))
        return share

    def condition(self, facts: Facts) -> Expression:
        """Whether the customer's lot lies among the first."""
        del facts
        lot = Lot(*(Cast(part, TextField()) for part in (Value(self.seed), F("public_id"))))
        holds = Compare(lot, "<", Value(int(fine(self.value)), output_field=IntegerField()))
        return Not(holds) if self.operator == "not_among" else holds

    def depends(self) -> Depends:
        """Nothing that changes."""
        return Depends()

    def words(self) -> str:
        """As in "is among the 10 % drawn by lot for spring"."""
        what = {"share": self.value, "seed": self.seed}
        if self.operator == "not_among":
            return _("is not among the %(share)s %% drawn by lot for %(seed)s") % what
        return _("is among the %(share)s %% drawn by lot for %(seed)s") % what
