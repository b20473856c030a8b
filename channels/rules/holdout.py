"""Whether the customer is in the global holdout, and so gets no marketing."""

from typing import Literal

from django.db.models import Exists, Expression, F, OuterRef, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Holdout
from customers.buckets import PARTS, Bucket
from customers.rules.depends import Depends
from customers.rules.expressions import AllOf, Compare, Not
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown


class HeldOut(Leaf):
    """In the holdout that is in force, or not."""

    family = "holdout"
    shown = Shown(
        gettext_lazy("The holdout"),
        "messages",
        words={"in": gettext_lazy("is in it"), "not_in": gettext_lazy("is not in it")},
        start={"operator": "not_in"},
    )

    operator: Literal["in", "not_in"]

    def condition(self, facts: Facts) -> Expression:
        """Whether the customer's bucket is below the percentage."""
        del facts
        drawn = Bucket(F("salt"), Cast(OuterRef("public_id"), TextField()))
        below = Compare(drawn, "<", F("percent") * PARTS)
        holds = AllOf(Exists(Holdout.objects.filter(below, until=None)))
        return Not(holds) if self.operator == "not_in" else holds

    def depends(self) -> Depends:
        """The holdout's percentage."""
        return Depends(holdout=True)

    def words(self) -> str:
        """As in "is in the holdout"."""
        if self.operator == "not_in":
            return _("is not in the holdout")
        return _("is in the holdout")
