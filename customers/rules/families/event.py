"""What the customer did: figures over the events of one name, in a window, with property filters."""

from django.utils.translation import gettext_lazy

from customers.rules.depends import Depends
from customers.rules.event_words import figure_words, times_words
from customers.rules.figured import FIGURED, WORDS, Figured
from customers.rules.shown import Shown
from customers.rules.texts import Text


class Happened(Figured):
    """`aggregate` over the events `event` that pass `where`, in a window."""

    family = "event"
    shown = Shown(
        gettext_lazy("How often or how much they did something"),
        "events",
        words=WORDS,
        suggests={"event": "events", "property": "properties"},
        takes={"*": "number"},
        only_with={"property": ("aggregate", FIGURED)},
        order=("event",),
        start={"aggregate": "count", "operator": "at_least", "value": 1},
    )

    event: Text

    @property
    def source(self) -> str:
        """The events of that name."""
        return self.event

    def depends(self) -> Depends:
        """The events of that name."""
        return Depends(events=frozenset([self.event]))

    def figure_words(self) -> str:
        """As in "did Order Completed at least 2 times"."""
        if self.aggregate == "count":
            return times_words(self.event, self.operator, self.value)
        return figure_words(self.aggregate, self.event, self.property or "", self.operator, self.value)
