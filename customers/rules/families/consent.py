"""Whether the customer may be written to on a channel about a topic."""

from typing import Annotated, Literal

from django.contrib.postgres.aggregates import BoolAnd
from django.db.models import Expression, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from customers.models import Consent
from customers.rules.depends import Depends
from customers.rules.expressions import Not, known
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
        del facts
        rows = Consent.objects.filter(
            customer_id=OuterRef("pk"), channel=self.channel, topic__in={"", self.topic}
        )
        words = rows.order_by().values("customer_id").annotate(all_granted=BoolAnd("is_granted"))
        granted = known(Subquery(words.values("all_granted")))
        return Not(granted) if self.operator == "not_granted" else granted

    def depends(self) -> Depends:
        """Consent."""
        return Depends(consent=True)

    def words(self) -> str:
        """As in "has agreed to email about offers"."""
        what = {"channel": self.channel, "topic": self.topic or _("anything")}
        if self.operator == "not_granted":
            return _("has not agreed to %(channel)s about %(topic)s") % what
        return _("has agreed to %(channel)s about %(topic)s") % what
