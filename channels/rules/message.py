"""What the customer received, opened and clicked; and so the pressure on them."""

from typing import Any, Literal

from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import field_validator

from channels.models import ChannelKind, Message
from channels.models.message import SENT_AND_AFTER
from customers.rules.comparison import check_number
from customers.rules.counting import CountOperator, compares, turns_at
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import AllOf, Compare, Not, known
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Span, Text, span_words

MAX_COUNT = 10_000
ChannelName = Literal["email", "sms", "push", "webhook"]
Source = Literal["journey", "broadcast", "api"]


NARROWED = {
    "channel": gettext_lazy("channel"),
    "content": gettext_lazy("content"),
    "source": gettext_lazy("asked for by"),
    "journey": gettext_lazy("journey"),
    "broadcast": gettext_lazy("broadcast"),
    "api": gettext_lazy("API"),
    **{str(kind.value): kind.label for kind in ChannelKind},
}


class OfMessages(Leaf):
    """What all of these families narrow: the channel, the topic, the content."""

    channel: ChannelName | None = None
    topic: Text | None = None
    content: Text | None = None

    def _sent(self, facts: Facts) -> QuerySet[Message]:
        """The customer's messages that went out and are meant; by the index message_of_customer."""
        wanted = {"channel": self.channel, "topic": self.topic, "content__slug": self.content}
        narrowed = {name: value for name, value in wanted.items() if value is not None}
        sent = Message.objects.filter(customer_id=OuterRef("pk"), state__in=SENT_AND_AFTER, **narrowed)
        return facts.by_then(sent, "sent_at")

    def depends(self) -> Depends:
        """Messages."""
        return Depends(messages=True)

    def _narrowed_words(self) -> list[str]:
        said = []
        if self.channel:
            said.append(_("by %(channel)s") % {"channel": ChannelKind(self.channel).label})
        if self.topic:
            said.append(_("about %(topic)s") % {"topic": self.topic})
        if self.content:
            said.append(_("with the content %(content)s") % {"content": self.content})
        return said


class OfSource(OfMessages):
    """And who asked for the message."""

    source: Source | None = None

    def _sent(self, facts: Facts) -> QuerySet[Message]:
        sent = super()._sent(facts)
        return sent.filter(source=self.source) if self.source else sent

    def _narrowed_words(self) -> list[str]:
        return super()._narrowed_words() + ([str(SOURCES[self.source])] if self.source else [])


class Counted(OfMessages):
    """How many messages the customer received, opened, clicked, within now - `within`, or ever."""

    shown = Shown(
        gettext_lazy("Messages they received, opened, clicked"),
        "messages",
        words=NARROWED
        | {
            "did": gettext_lazy("what they did"),
            "received": gettext_lazy("received"),
            "delivered": gettext_lazy("got delivered"),
            "opened": gettext_lazy("opened"),
            "clicked": gettext_lazy("clicked in"),
            "bounced": gettext_lazy("let bounce"),
            "equals": gettext_lazy("exactly"),
            "not_equals": gettext_lazy("not exactly"),
            "greater": gettext_lazy("more than"),
            "at_least": gettext_lazy("at least"),
            "less": gettext_lazy("less than"),
            "at_most": gettext_lazy("at most"),
        },
        takes={"*": "number"},
        start={"did": "received", "operator": "at_least", "value": 5, "within": "P7D"},
    )

    did: Literal["received", "delivered", "opened", "clicked", "bounced"]
    operator: CountOperator
    value: Any
    within: Span | None = None

    @field_validator("value")
    @classmethod
    def _is_count(cls, value: Any) -> int:
        count = check_number(value)
        if not (isinstance(count, int) and 0 <= count <= MAX_COUNT):
            raise Slip(_("A whole number from 0 to %(most)d is needed here.") % {"most": MAX_COUNT})
        return count

    def condition(self, facts: Facts) -> Expression:
        """Whether there are so many."""

        def has_at_least(count: int) -> Expression:
            counted = self._counted(facts)
            if self.within:
                counted = counted.filter(Compare(F(self._column), ">", facts.ago(self.within)))
            return AllOf(Exists(counted.order_by()[count - 1 : count]))

        return compares(self.operator, self.value, has_at_least)

    def changes_at(self, facts: Facts) -> Expression | None:
        """When the message whose leaving turns the count is `within` old."""
        if self.within is None:
            return None

        def newest(place: int) -> Expression:
            moments = self._counted(facts).order_by(f"-{self._column}").values(self._column)
            return ExpressionWrapper(Subquery(moments[place - 1 : place]), output_field=DateTimeField())

        return turns_at(self.operator, self.value, newest, self.within, facts.ago())

    @property
    def _column(self) -> str:
        return COLUMNS[self.did]

    def _counted(self, facts: Facts) -> QuerySet[Message]:
        sent = self._sent(facts)
        if self.did == "bounced":
            return sent.filter(state="bounced")
        return facts.by_then(sent.filter(~Q(**{self._column: None})), self._column)

    def words(self) -> str:
        """As in "received at least 5 messages by e-mail within the last 7 days"."""
        many = ngettext("%(count)d message", "%(count)d messages", self.value) % {"count": self.value}
        did = str(DID[self.did]) % {"messages": str(MANY[self.operator]) % {"messages": many}}
        said = [did, *self._narrowed_words()]
        if self.within:
            said.append(_("within the last %(span)s") % {"span": span_words(self.within)})
        return " ".join(said)


class Received(Counted, OfSource):
    """The same of all messages, or of those that one kind of source asked for."""

    family = "message"


class Ignored(OfSource):
    """Whether the newest `value` messages in a row were neither opened nor clicked."""

    family = "ignored"
    shown = Shown(
        gettext_lazy("Messages left unopened in a row"),
        "messages",
        words=NARROWED | {"at_least": gettext_lazy("at least"), "less": gettext_lazy("less than")},
        takes={"*": "number"},
        start={"operator": "at_least", "value": 5},
    )

    operator: Literal["at_least", "less"]
    value: Any

    @field_validator("value")
    @classmethod
    def _is_count(cls, value: Any) -> int:
        count = check_number(value)
        if not (isinstance(count, int) and 0 < count <= MAX_COUNT):
            raise Slip(_("A whole number from 1 to %(most)d is needed here.") % {"most": MAX_COUNT})
        return count

    def condition(self, facts: Facts) -> Expression:
        """Whether there are so many that went out after the last one that was opened or clicked."""
        sent = self._sent(facts)
        noticed = sent.exclude(opened_at=None, clicked_at=None)
        if facts.is_past:
            noticed = sent.filter(Q(opened_at__lte=facts.ago()) | Q(clicked_at__lte=facts.ago()))
        nth = sent.order_by("-id").values("id")[self.value - 1 : self.value]
        last = Coalesce(Subquery(noticed.order_by("-id").values("id")[:1]), 0, output_field=BigIntegerField())
        holds = known(Compare(Subquery(nth), ">", last))
        return Not(holds) if self.operator == "less" else holds

    def words(self) -> str:
        """As in "left the last 5 messages by e-mail unopened"."""
        many = ngettext("the last message", "the last %(count)d messages", self.value) % {"count": self.value}
        said = (
            _("left %(messages)s unopened")
            if self.operator == "at_least"
            else _("did not leave %(messages)s unopened")
        )
        return " ".join([said % {"messages": many}, *self._narrowed_words()])


COLUMNS = {
    "received": "sent_at",
    "delivered": "delivered_at",
    "opened": "opened_at",
    "clicked": "clicked_at",
    "bounced": "sent_at",
}
DID = {
    "received": gettext_lazy("received %(messages)s"),
    "delivered": gettext_lazy("got %(messages)s delivered"),
    "opened": gettext_lazy("opened %(messages)s"),
    "clicked": gettext_lazy("clicked in %(messages)s"),
    "bounced": gettext_lazy("let %(messages)s bounce"),
}
MANY = {
    "equals": gettext_lazy("exactly %(messages)s"),
    "not_equals": gettext_lazy("not exactly %(messages)s"),
    "greater": gettext_lazy("more than %(messages)s"),
    "at_least": gettext_lazy("at least %(messages)s"),
    "less": gettext_lazy("less than %(messages)s"),
    "at_most": gettext_lazy("at most %(messages)s"),
}
SOURCES = {
    "journey": gettext_lazy("from a journey"),
    "broadcast": gettext_lazy("from a broadcast"),
    "api": gettext_lazy("by the API"),
}
