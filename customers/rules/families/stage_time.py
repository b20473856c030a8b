"""How long the customer has stood in the stage, where they came from, which stages they have reached."""

from typing import Literal

from django.db.models import Expression, F, IntegerField, OuterRef, Subquery, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import StageMove
from customers.models.stage import LABELS
from customers.rules.depends import Depends
from customers.rules.expressions import Compare, Later, Not, if_after, known
from customers.rules.facts import Facts, Few
from customers.rules.families.stage import NUMBERS, StageKey
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Span, span_words
from customers.rules.where import Where, parse_where

MOVED = "$stage_changed"


class InStageFor(Leaf):
    """For how long: `at_least` the span `value`, or `less`. Whoever is in no stage is in it for less."""

    family = "stage_for"
    shown = Shown(gettext_lazy("How long in the present stage"), "stages", start={"value": "P14D"})

    operator: Literal["at_least", "less"]
    value: Span

    def condition(self, facts: Facts) -> Expression:
        """Whether the last move lies so long ago."""
        holds = known(Compare(F("stage_since"), "<=", facts.ago(self.value)))
        return Not(holds) if self.operator == "less" else holds

    def found(self, facts: Facts) -> F:
        """Since when."""
        del facts
        return F("stage_since")

    def changes_at(self, facts: Facts) -> Expression | None:
        """When the span is over."""
        return if_after(Later(F("stage_since"), self.value), facts.ago())

    def depends(self) -> Depends:
        """The stage."""
        return Depends(stage=True)

    def words(self) -> str:
        """As in "has been in this stage for at least 14 days"."""
        span = {"span": span_words(self.value)}
        if self.operator == "less":
            return _("has been in this stage for less than %(span)s") % span
        return _("has been in this stage for at least %(span)s") % span


class CameFrom(Leaf):
    """The stage before the present one. Whoever has never moved came from none."""

    family = "stage_from"
    shown = Shown(gettext_lazy("The stage before the present one"), "stages", suggests={"value": "stages"})

    operator: Literal["is", "is_not"]
    value: StageKey

    def condition(self, facts: Facts) -> Expression:
        """Whether the last move left that stage, by the index stage_move_of_customer."""
        del facts
        moves = StageMove.objects.filter(customer_id=OuterRef("pk")).order_by("-moved_at", "-id")
        came_from = Subquery(moves.values("from_stage_id")[:1], output_field=IntegerField())
        holds = known(Compare(came_from, "=", Value(NUMBERS[self.value], output_field=IntegerField())))
        return Not(holds) if self.operator == "is_not" else holds

    def depends(self) -> Depends:
        """The stage."""
        return Depends(stage=True)

    def words(self) -> str:
        """As in "came from the stage interest"."""
        if self.operator == "is_not":
            return _("did not come from the stage %(stage)s") % label_of(self.value)
        return _("came from the stage %(stage)s") % label_of(self.value)


class Reached(Leaf):
    """Whether the customer moved to that stage, later than now - `within`, or ever."""

    family = "stage_reached"
    shown = Shown(
        gettext_lazy("A stage that they reached"),
        "stages",
        words={"reached": gettext_lazy("was reached"), "not_reached": gettext_lazy("was not reached")},
        suggests={"value": "stages"},
    )

    operator: Literal["reached", "not_reached"]
    value: StageKey
    within: Span | None = None

    def condition(self, facts: Facts) -> Expression:
        """Whether there is such a move among the events."""
        holds = facts.has_at_least(self._moves, 1)
        return Not(holds) if self.operator == "not_reached" else holds

    def changes_at(self, facts: Facts) -> Expression | None:
        """When the last such move is `within` old."""
        if self.within is None:
            return None
        return if_after(Later(facts.newest(self._moves, 1), self.within), facts.ago())

    @property
    def _moves(self) -> Few:
        return Few(MOVED, self.within, moves_to(self.value))

    def depends(self) -> Depends:
        """The stage, and the events that tell of its moves."""
        return Depends(stage=True, events=frozenset([MOVED]))

    def words(self) -> str:
        """As in "reached the stage use within the last 30 days"."""
        if self.operator == "not_reached":
            said = _("did not reach the stage %(stage)s") % label_of(self.value)
        else:
            said = _("reached the stage %(stage)s") % label_of(self.value)
        if self.within is None:
            return said
        return said + " " + _("within the last %(span)s") % {"span": span_words(self.within)}


def label_of(slug: str) -> dict[str, str]:
    """The stage as sentences name it."""
    return {"stage": str(LABELS[slug])}


def moves_to(slug: str) -> Where:
    """The filter of events that tell of a move to the stage."""
    return parse_where([{"property": "to", "operator": "equals", "value": slug}])
