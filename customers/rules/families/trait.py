"""A trait of the customer: city is Roma, birthday known, trial started within the last 14 days."""

from django.db.models import Expression
from django.utils.translation import gettext_lazy

from customers.rules.comparison import Comparison
from customers.rules.depends import Depends
from customers.rules.expressions import JsonAt
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import LIST, JsonKeys, top_key


class Trait(Comparison, Leaf):
    """The value at the path `trait` in the golden record."""

    family = "trait"
    shown = Shown(
        gettext_lazy("Trait"),
        "profile",
        words={"trait": gettext_lazy("trait")},
        suggests={"trait": "traits", "value": "trait_values"},
    )

    trait: JsonKeys

    def condition(self, facts: Facts) -> Expression:
        """Whether the trait answers the question."""
        return self.holds("traits", self.trait, facts.ago)

    def changes_at(self, facts: Facts) -> Expression | None:
        """A moment that is still to come, and the moment at which one is `value` ago."""
        return self.turns_at(self.moment("traits", self.trait), facts.ago)

    def found(self, facts: Facts) -> Expression:
        """The value; of a path through a list the list."""
        del facts
        return JsonAt("traits", self.trait.split(LIST, 1)[0].split("."))

    def depends(self) -> Depends:
        """The trait that the path begins with."""
        return Depends(traits=frozenset([top_key(self.trait)]))

    def words(self) -> str:
        """As in "city is Roma"."""
        return self.said_of(self.trait)
