"""What the customer received, opened and clicked of one broadcast, or of all of one name."""

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Broadcast
from channels.models import Message, MessageSource
from channels.rules.message import Counted
from customers.rules.facts import Facts
from customers.rules.texts import Text


class OfBroadcast(Counted):
    """How many messages of broadcasts with the name `broadcast` the customer received, opened, clicked."""

    family = "broadcast_message"
    shown = replace(
        Counted.shown,
        label=gettext_lazy("Messages of a broadcast"),
        words={**Counted.shown.words, "broadcast": gettext_lazy("of the broadcast")},
        suggests={"broadcast": "broadcasts"},
        start={"did": "received", "operator": "at_least", "value": 1},
    )

    broadcast: Text

    def _sent(self, facts: Facts) -> QuerySet[Message]:
        named = Broadcast.objects.filter(name=self.broadcast).values("id")
        return super()._sent(facts).filter(source=MessageSource.BROADCAST, source_id__in=named)

    def _narrowed_words(self) -> list[str]:
        return [*super()._narrowed_words(), _("of the broadcast %(name)s") % {"name": self.broadcast}]
