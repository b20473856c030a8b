"""Membership of a segment."""

from typing import Literal

from django.db.models import Exists, Expression, F, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Membership, Segment
from customers.rules.depends import Depends
from customers.rules.expressions import AllOf, Compare, Not, known
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Text


class InSegment(Leaf):
    """`value` is a segment's key. Whoever has left is not in it."""

    family = "segment"
    shown = Shown(
        gettext_lazy("Segment"),
        "stages",
        words={"in": gettext_lazy("is"), "not_in": gettext_lazy("is not")},
        suggests={"value": "segments"},
    )

    operator: Literal["in", "not_in"]
    value: Text

    def condition(self, facts: Facts) -> Expression:
        """Whether a stay in the segment is open, by the index membership_of_customer."""
        segment = Subquery(Segment.objects.filter(slug=self.value).values("id"))
        stays = Membership.objects.filter(customer_id=OuterRef("pk"), segment_id=segment)
        if facts.is_past:
            stays = facts.by_then(stays, "entered_at").exclude(
                known(Compare(F("left_at"), "<=", facts.ago()))
            )
        else:
            stays = stays.filter(left_at=None)
        is_in = AllOf(Exists(stays))
        return Not(is_in) if self.operator == "not_in" else is_in

    def depends(self) -> Depends:
        """That segment."""
        return Depends(segments=frozenset([self.value]))

    def words(self) -> str:
        """As in "is in the segment big-baskets"."""
        if self.operator == "not_in":
            return _("is not in the segment %(segment)s") % {"segment": self.value}
        return _("is in the segment %(segment)s") % {"segment": self.value}
