"""When something happened for the first or the last time: asked of events, orders, what lies in carts."""

from abc import abstractmethod
from typing import Annotated, Literal

from django.db.models import Expression
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BeforeValidator

from customers.rules.comparison import Comparison, InTime
from customers.rules.facts import Facts, Few
from customers.rules.figures import Fact
from customers.rules.leaf import Leaf
from customers.rules.where import Where, parse_where

WORDS = {
    "which": gettext_lazy("which one"),
    "first": gettext_lazy("the first"),
    "last": gettext_lazy("the last"),
}
START = {"which": "last", "operator": "within_last", "value": "P30D"}


class FirstOrLast(Comparison, Leaf):
    """The moment of the `which` of what `source` names and passes `where`; of none nothing holds."""

    which: Literal["first", "last"]
    operator: InTime
    where: Annotated[Where, BeforeValidator(parse_where)] = Where()

    @property
    @abstractmethod
    def source(self) -> str:
        """The name of the events, or of the rows that stand in their place."""

    @property
    def filtered(self) -> Where:
        """What of it counts."""
        return self.where

    @abstractmethod
    def moment_words(self) -> str:
        """As in "the last Order Completed"."""

    def condition(self, facts: Facts) -> Expression:
        """Whether that moment lies where it is asked for."""
        return self.holds_in_time(self.found(facts), facts.ago)

    def changes_at(self, facts: Facts) -> Expression | None:
        """As of any moment."""
        return self.turns_at(self.found(facts), facts.ago)

    def found(self, facts: Facts) -> Expression:
        """That moment."""
        if self.which == "last":
            return facts.newest(Few(self.source, where=self.filtered), 1)
        return facts.ask(Fact(self.source, "oldest", where=self.filtered))

    def words(self) -> str:
        """As in "the last Order Completed is longer ago than 60 days"."""
        said = self.said_of(self.moment_words())
        if self.where.filters:
            said += " " + _("where %(filters)s") % {"filters": self.where.words()}
        return said
