"""What is seen of a walk: at each stop of the clock, what has changed since the last one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from channels.content.compile import Rendered
from channels.content.problem import ContentError
from channels.models import Message
from channels.preview import rendered_message
from customers.explain import Answer, explain
from customers.models import Customer, Event
from journeys.graph import Graph
from journeys.models import Conversion, Enrollment, JourneyVersion, Standing, StepLog

Visit = tuple[int | None, str, int]  # of an enrollment at a step
Kind = Literal[
    "input", "customer", "entered", "passed", "waits", "message", "goal", "ended", "failed", "refused"
]


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that a step asked, line by line; `name` is the branch that it would lead to, or its place."""

    name: str
    answers: list[Answer]

    @property
    def holds(self) -> bool:
        """Whether the whole rule does."""
        return self.answers[0].holds


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was seen at a moment; what else there is to say of its kind is in `said`."""

    at: datetime
    kind: Kind
    step: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    why: list[Why] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """A message of the walk as it stands, rendered; `error` says why it could not be."""

    message: Message
    rendered: Rendered | None
    error: str = ""


class Watch:
    """Reads the copies at each stop, and keeps what it has seen."""

    def __init__(self, version: JourneyVersion, graph: Graph) -> None:
        self.version = version
        self.graph = graph
        self.seen: list[Seen] = []
        self.written: dict[int, Written] = {}
        self._last_event = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._passed = 0
        self._reached = 0
        self._stood: dict[int, tuple[Any, ...]] = {}
        self._messages: dict[int, tuple[Any, ...]] = {}

    @property
    def has_entered(self) -> bool:
        """Whether the customer has been inside."""
        return bool(self._stood)

    def look(self, now: datetime) -> None:
        """Add what has changed up to this stop."""
        inside = list(Enrollment.objects.filter(version=self.version).order_by("pk"))
        for sight in (
            self._happened(now),
            self._entered(inside),
            self._went(self._wrote(now), now),
            self._converted(),
            self._stands(inside, now),
        ):
            self.seen += sight

    def _happened(self, now: datetime) -> Iterator[Seen]:
        """What the product itself found out about the customer."""
        for event in Event.objects.filter(pk__gt=self._last_event).order_by("pk"):
            self._last_event = event.pk
            if event.name.startswith("$") and event.name != "$customer_created":
                yield Seen(now, "customer", said={"event": event.name, "properties": event.properties})

    def _entered(self, inside: list[Enrollment]) -> Iterator[Seen]:
        for row in inside:
            if row.pk not in self._stood:
                self._stood[row.pk] = ()
                yield Seen(row.entered_at, "entered", self.version.graph["start"], {"key": row.key})

    def _went(self, wrote: dict[Visit, Seen], now: datetime) -> Iterator[Seen]:
        """The steps passed, each with the rules that it asked as they stand at this stop, and the messages.

        What became of a step's message is told before the step is left.
        """
        rows = StepLog.objects.filter(version=self.version, pk__gt=self._passed)
        for row in rows.order_by("enrollment_id", "visit"):
            self._passed = max(self._passed, row.pk)
            if message := wrote.pop((row.enrollment_id, row.step, row.visit), None):
                yield message
            said = {"branch": row.branch, "reached_at": row.reached_at, "visit": row.visit}
            yield Seen(row.left_at, "passed", row.step, said, self._why(row, now))
        yield from wrote.values()

    def _why(self, row: StepLog, now: datetime) -> list[Why]:
        place = self.graph.places[row.step]
        if not place.rules:
            return []
        customer = Customer.objects.get(pk=row.customer_id)
        return [Why(name, explain(rule, customer, now)) for name, rule in place.rules.items()]

    def _wrote(self, now: datetime) -> dict[Visit, Seen]:
        """Messages that are new or stand otherwise, with what the gate said of them."""
        wrote: dict[Visit, Seen] = {}
        rows = Message.objects.filter(source="journey", source_id=self.version.pk).order_by("pk")
        for row in rows.select_related("content", "customer"):
            stands = (row.state, row.reason, row.due_at, row.channel, row.opened_at, row.clicked_at)
            if stands == self._messages.get(row.pk):
                continue
            self._messages[row.pk] = stands
            self.written[row.pk] = _written(row)
            said = {
                "message": row.pk,
                "content": row.content.slug if row.content else "",
                "channel": row.channel,
                "state": row.state,
                "reason": row.reason,
                "detail": row.detail,
                "until": row.due_at,
            }
            wrote[row.enrollment_id, row.step, row.visit] = Seen(now, "message", row.step, said)
        return wrote

    def _converted(self) -> Iterator[Seen]:
        """The goals that were reached, by an event or a step, and what that is worth."""
        for row in Conversion.objects.filter(version=self.version, pk__gt=self._reached).order_by("pk"):
            self._reached = row.pk
            said = {"goal": row.goal, "value": row.value, "currency": row.currency}
            yield Seen(row.occurred_at, "goal", said=said)

    def _stands(self, inside: list[Enrollment], now: datetime) -> Iterator[Seen]:
        for row in inside:
            stands = (row.standing, row.step, row.visit, row.due_at, tuple(row.awaits), row.error)
            if stands == self._stood.get(row.pk):
                continue
            self._stood[row.pk] = stands
            if row.error:
                yield Seen(now, "failed", row.step, {"error": row.error})
            elif row.standing == Standing.ENDED:
                yield Seen(row.ended_at or now, "ended", row.step, {"reason": row.exit_reason})
            else:
                said = {
                    "for": row.standing,
                    "since": row.reached_at,
                    "until": row.due_at,
                    "event": ", ".join(row.awaits),
                }
                yield Seen(now, "waits", row.step, said)


def _written(row: Message) -> Written:
    try:
        return Written(row, rendered_message(row))
    except ContentError as error:
        return Written(row, None, str(error))
    except ValueError as error:  # an address that can't be written, a link that is none
        return Written(row, None, str(error))
