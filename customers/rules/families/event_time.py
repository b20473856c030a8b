"""When the customer did something for the first or the last time."""

from django.utils.translation import gettext_lazy

from customers.rules.depends import Depends
from customers.rules.moments import START, WORDS, FirstOrLast
from customers.rules.shown import Shown
from customers.rules.texts import Text


class EventTime(FirstOrLast):
    """The moment of the `which` of the events `event` that pass `where`; of none nothing holds."""

    family = "event_time"
    shown = Shown(
        gettext_lazy("When they first or last did something"),
        "events",
        words=WORDS,
        suggests={"event": "events"},
        order=("event", "which"),
        start=START,
    )

    event: Text

    @property
    def source(self) -> str:
        """The events of that name."""
        return self.event

    def depends(self) -> Depends:
        """The events of that name."""
        return Depends(events=frozenset([self.event]))

    def moment_words(self) -> str:
        """As in "the last Order Completed"."""
        return str(WHICH[self.which]) % {"event": self.event}


WHICH = {
    "first": gettext_lazy("the first %(event)s"),
    "last": gettext_lazy("the last %(event)s"),
}
