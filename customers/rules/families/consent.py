"""Whether the customer may be written to on a channel about a topic."""

from typing import Annotated, Literal

from django.contrib.postgres.aggregates import BoolAnd
from django.db.models import BooleanField, Expression, OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from config.templatetags.sette import CHANNELS
from customers.models import Consent, Event
from customers.rules.depends import Depends
from customers.rules.expressions import TRUE, AllOf, AnyOf, Compare, IsSet, Not, known
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Text


class Consented(Leaf):
    """Consent to `topic` (none: the whole channel), as the gate reads it: no row is no, one refusal too."""

    family = "consent"
    shown = Shown(
        gettext_lazy("Consent"),
        "messages",
        words={
            "channel": gettext_lazy("to the channel"),
            "topic": gettext_lazy("about"),
            "granted": gettext_lazy("has been given"),
            "not_granted": gettext_lazy("has not been given"),
        },
        suggests={"channel": "channels", "topic": "topics"},
    )

    operator: Literal["granted", "not_granted"]
    channel: Text
    topic: Annotated[str, Field(max_length=60)] = ""

    def condition(self, facts: Facts) -> Expression:
        """Whether there are rows for the channel or the topic, and all of them grant."""
        if facts.is_past:
            granted = self._was_granted(facts)
            return Not(granted) if self.operator == "not_granted" else granted
        rows = Consent.objects.filter(
            customer_id=OuterRef("pk"), channel=self.channel, topic__in={"", self.topic}
        )
        words = rows.order_by().values("customer_id").annotate(all_granted=BoolAnd("is_granted"))
        granted = known(Subquery(words.values("all_granted")))
        return Not(granted) if self.operator == "not_granted" else granted

    def _was_granted(self, facts: Facts) -> Expression:
        """The same by the last words that were said by then, as the events tell them."""
        said = Event.objects.filter(
            customer_id=OuterRef("pk"), name="$consent_changed", properties__channel=self.channel
        )
        words = [
            Subquery(
                facts.by_then(said.filter(properties__topic=topic), "occurred_at")
                .annotate(grants=Compare(KeyTextTransform("granted", "properties"), "=", Value("true")))
                .order_by("-occurred_at", "grants")
                .values("grants")[:1],
                output_field=BooleanField(),
            )
            for topic in sorted({"", self.topic})
        ]
        return AllOf(AnyOf(*map(IsSet, words)), *(Coalesce(word, TRUE) for word in words))

    def depends(self) -> Depends:
        """Consent."""
        return Depends(consent=True)

    def words(self) -> str:
        """As in "has agreed to email about offers"."""
        what = {"channel": CHANNELS.get(self.channel, self.channel), "topic": self.topic or _("anything")}
        if self.operator == "not_granted":
            return _("has not agreed to %(channel)s about %(topic)s") % what
        return _("has agreed to %(channel)s about %(topic)s") % what
