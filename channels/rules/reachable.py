"""Whether a message could reach the customer on a channel: as the gate asks, without caps and hours."""

from typing import Annotated, Literal

from django.db.models import Exists, Expression, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from channels.models import ChannelKind
from channels.verdict import ADDRESS_KINDS
from customers.models import Identity, Suppression
from customers.rules.depends import Depends
from customers.rules.expressions import AllOf, Not
from customers.rules.facts import Facts
from customers.rules.families.consent import Consented
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown


class Reachable(Leaf):
    """An address on `channel` (the newest) that is not suppressed, and consent to `topic` there."""

    family = "reachable"
    shown = Shown(
        gettext_lazy("Whether they can be reached"),
        "messages",
        words={
            "reachable": gettext_lazy("can be reached by"),
            "not_reachable": gettext_lazy("can't be reached by"),
            **{str(kind.value): kind.label for kind in ChannelKind},
        },
        order=("operator", "channel"),
        start={"operator": "reachable", "channel": "email"},
    )

    operator: Literal["reachable", "not_reachable"]
    channel: Literal["email", "sms", "push"]
    topic: Annotated[str, Field(max_length=60)] = ""

    def condition(self, facts: Facts) -> Expression:
        """Whether the gate would find an address and consent."""
        holds = AllOf(self._has_address(facts), self._consent.condition(facts))
        return Not(holds) if self.operator == "not_reachable" else holds

    def _has_address(self, facts: Facts) -> Expression:
        customer = OuterRef(OuterRef("pk"))
        identities = Identity.objects.filter(customer_id=customer, kind=ADDRESS_KINDS[self.channel])
        identities = facts.by_then(identities, "created_at")
        newest = Subquery(identities.order_by("-created_at", "-id").values("id")[:1])
        suppressed = Suppression.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
        suppressed = facts.by_then(suppressed, "created_at")
        return AllOf(Exists(Identity.objects.filter(~Exists(suppressed), pk=newest)))

    @property
    def _consent(self) -> Consented:
        return Consented(field="consent", operator="granted", channel=self.channel, topic=self.topic)

    def depends(self) -> Depends:
        """Identities, suppressed addresses, consent."""
        return self._consent.depends() | Depends(reach=True)

    def words(self) -> str:
        """As in "can be reached by e-mail about offers"."""
        what = {"channel": ChannelKind(self.channel).label, "topic": self.topic or _("anything")}
        if self.operator == "not_reachable":
            return _("can't be reached by %(channel)s about %(topic)s") % what
        return _("can be reached by %(channel)s about %(topic)s") % what
