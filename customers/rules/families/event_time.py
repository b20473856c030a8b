"""When the customer did something for the first or the last time."""

from typing import Annotated, Literal

from django.db.models import Expression
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BeforeValidator

from customers.rules.comparison import Comparison, InTime
from customers.rules.depends import Depends
from customers.rules.facts import Facts, Few
from customers.rules.figures import Fact
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Text
from customers.rules.where import Where, parse_where


class EventTime(Comparison, Leaf):
    """The moment of the `which` of the events `event` that pass `where`; of none nothing holds."""

    family = "event_time"
    shown = Shown(
        gettext_lazy("When they first or last did something"),
        "events",
        words={
            "which": gettext_lazy("which one"),
            "first": gettext_lazy("the first"),
            "last": gettext_lazy("the last"),
        },
        suggests={"event": "events"},
        start={"which": "last", "operator": "within_last", "value": "P30D"},
    )

    event: Text
    which: Literal["first", "last"]
    operator: InTime
    where: Annotated[Where, BeforeValidator(parse_where)] = Where()

    def condition(self, facts: Facts) -> Expression:
        """Whether that moment lies where it is asked for."""
        return self.holds_in_time(self._at(facts), facts.ago)

    def changes_at(self, facts: Facts) -> Expression | None:
        """As of any moment."""
        return self.turns_at(self._at(facts), facts.ago)

    def _at(self, facts: Facts) -> Expression:
        if self.which == "last":
            return facts.newest(Few(self.event, where=self.where), 1)
        return facts.ask(Fact(self.event, "oldest", where=self.where))

    def found(self, facts: Facts) -> Expression:
        """That moment."""
        return self._at(facts)

    def depends(self) -> Depends:
        """The events of that name."""
        return Depends(events=frozenset([self.event]))

    def words(self) -> str:
        """As in "the last Order Completed is longer ago than 60 days"."""
        said = self.said_of(str(WHICH[self.which]) % {"event": self.event})
        if self.where.filters:
            said += " " + _("where %(filters)s") % {"filters": self.where.words()}
        return said


WHICH = {
    "first": gettext_lazy("the first %(event)s"),
    "last": gettext_lazy("the last %(event)s"),
}
