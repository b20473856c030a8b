"""A share of all customers, drawn by lot once and for all: for trials and for sending in parts."""

from decimal import Decimal
from typing import Any, Literal

from django.db.models import Expression, F, IntegerField, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import field_validator

from customers.buckets import Bucket, buckets_below
from customers.rules.comparison import check_number
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import Compare, Not
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Text

FINEST = Decimal("0.01")  # percent that can be told apart


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
        if not 0 < share < 100 or Decimal(str(share)) % FINEST:  # noqa: PLR2004 - percent
            raise Slip(_("A share is more than 0 and less than 100 percent, with at most two decimals."))
        return share

    def condition(self, facts: Facts) -> Expression:
        """Whether the customer's bucket lies among the first. No holdout or split has this salt."""
        del facts
        salt = Cast(Value(f"rule {self.seed}"), TextField())
        below = Value(buckets_below(Decimal(str(self.value))), output_field=IntegerField())
        holds = Compare(Bucket(salt, Cast(F("public_id"), TextField())), "<", below)
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
