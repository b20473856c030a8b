"""What the customer received, opened and clicked of one journey, in whichever of its versions."""

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Message, MessageSource
from channels.rules.message import Counted
from customers.rules.facts import Facts
from customers.rules.texts import Text
from journeys.models import JourneyVersion


class OfJourney(Counted):
    """How many messages of the journey with the key `journey` the customer received, opened, clicked."""

    family = "journey_message"
    shown = replace(
        Counted.shown,
        label=gettext_lazy("Messages of a journey"),
        words={**Counted.shown.words, "journey": gettext_lazy("of the journey")},
        suggests={"journey": "journeys"},
        start={"did": "received", "operator": "at_least", "value": 1},
    )

    journey: Text

    def _sent(self, facts: Facts) -> QuerySet[Message]:
        versions = JourneyVersion.objects.filter(journey__slug=self.journey).values("id")
        return super()._sent(facts).filter(source=MessageSource.JOURNEY, source_id__in=versions)

    def _narrowed_words(self) -> list[str]:
        return [*super()._narrowed_words(), _("of the journey %(journey)s") % {"journey": self.journey}]
