"""One thing after another: a cart and then an order within two days, or a cart and no order."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from django.db.models import Exists, Expression, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BeforeValidator, model_validator

from customers.models import Event
from customers.rules.depends import Depends
from customers.rules.errors import RuleError
from customers.rules.expressions import AllOf, Compare, Later, least
from customers.rules.facts import Facts
from customers.rules.figures import Fact, passing
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import Span, Text, span_words
from customers.rules.where import Where, parse_where

Filters = Annotated[Where, BeforeValidator(parse_where)]


class Sequence(Leaf):
    """Whether some event `event`, later than now - `within`, was followed by `then` within `span`.

    `without`: and by no such event in between. `not_followed`: some event `event` of which `span` has passed
    was not followed by `then` in that time.
    """

    family = "sequence"
    shown = Shown(
        gettext_lazy("One thing after another"),
        "events",
        words={
            "event": gettext_lazy("first"),
            "followed": gettext_lazy("and then"),
            "not_followed": gettext_lazy("and then no"),
            "then": gettext_lazy("what follows"),
            "span": gettext_lazy("at most so much later"),
            "without": gettext_lazy("with none in between of"),
            "then_where": gettext_lazy("of what follows, where"),
        },
        suggests={"event": "events", "then": "events", "without": "events"},
        only_with={"without": ("operator", ("followed",))},
        spare=("without",),
        start={"operator": "not_followed", "span": "PT2H"},
    )

    event: Text
    where: Filters = Where()
    operator: Literal["followed", "not_followed"]
    then: Text
    then_where: Filters = Where()
    span: Span
    without: Text | None = None
    within: Span | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "Sequence":
        if self.without and self.operator == "not_followed":
            message = _("What must not come in between goes with `followed` only; take it out.")
            raise RuleError([{"path": "without", "message": message}])
        if self.within and self.operator == "not_followed" and self.within <= self.span:
            message = _("`within` must be longer than `span`, or no time is left in which it is known.")
            raise RuleError([{"path": "within", "message": message}])
        return self

    def condition(self, facts: Facts) -> Expression:
        """Whether there is such an event, by the index event_of_customer at each step."""
        begun = passing(self.event, self.within, facts.ago, self.where).filter(customer_id=OuterRef("pk"))
        begun, following = facts.by_then(begun, "occurred_at"), facts.by_then(self._following, "occurred_at")
        if self.operator == "followed":
            return AllOf(Exists(begun.filter(Exists(following))))
        is_over = Compare(F("occurred_at"), "<=", facts.ago(self.span))
        return AllOf(Exists(begun.filter(is_over, ~Exists(following))))

    @property
    def _following(self) -> QuerySet[Event]:
        """What follows an event of an outer query in time."""
        began = OuterRef("occurred_at")
        then = Event.objects.filter(
            Compare(F("occurred_at"), ">", began),
            Compare(F("occurred_at"), "<=", Later(began, self.span)),
            customer_id=OuterRef("customer_id"),
            name=self.then,
        )
        if not self.then_where.passes_all:
            then = then.filter(self.then_where.condition())
        if self.without:
            between = Event.objects.filter(
                Compare(F("occurred_at"), ">", OuterRef(OuterRef("occurred_at"))),
                Compare(F("occurred_at"), "<", OuterRef("occurred_at")),
                customer_id=OuterRef("customer_id"),
                name=self.without,
            )
            then = then.filter(~Exists(between))
        return then

    def changes_at(self, facts: Facts) -> Expression | None:
        """When the oldest that may count leaves the window, or comes to be `span` old."""
        moments = [self._oldest(facts, self.within)] if self.within else []
        if self.operator == "not_followed":
            moments.append(self._oldest(facts, self.span))
        return least(moments)

    def _oldest(self, facts: Facts, span: timedelta) -> Expression:
        return Later(facts.ask(Fact(self.event, "oldest", since=span, where=self.where)), span)

    def depends(self) -> Depends:
        """The events of all these names."""
        return Depends(events=frozenset(filter(None, [self.event, self.then, self.without])))

    def words(self) -> str:
        """As in "Product Added, then no Order Completed within 2 hours"."""
        what: dict[str, Any] = {
            "first": _named(self.event, self.where),
            "then": _named(self.then, self.then_where),
        }
        what |= {"span": span_words(self.span), "without": self.without}
        if self.operator == "not_followed":
            said = _("%(first)s, then no %(then)s within %(span)s") % what
        elif self.without:
            said = _("%(first)s, then %(then)s within %(span)s and no %(without)s in between") % what
        else:
            said = _("%(first)s, then %(then)s within %(span)s") % what
        if self.within:
            said += ", " + _("within the last %(span)s") % {"span": span_words(self.within)}
        return said


def _named(event: str, where: Where) -> str:
    if not where.filters:
        return event
    return f"{event} ({where.words()})"
