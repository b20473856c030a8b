"""One customer's walk through a draft: at each moment that something is due, the work is done.

The pieces of work are the registered ones, on copies (`journeys.rehearsal.copies`); only the gates hand what
they let through to a provider that sends nowhere.
"""

import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from channels import callbacks, gate
from channels.models import ChannelKind, Message
from channels.provider import ProviderEvent
from channels.recorder import Recorder
from config import work
from config.localtime import zone_of
from customers.inbox import CustomerEvent, accept, accept_customer_events
from customers.models import Customer
from customers.queries import customer_by_public_id
from customers.services import ConsentChange, set_consents
from customers.tracking.calls import Call
from customers.tracking.calls import Statement as Said
from journeys import checks
from journeys.enroll import Entering, enroll_customers
from journeys.graph import Graph
from journeys.models import Enrollment, Journey, JourneyVersion
from journeys.rehearsal import copies
from journeys.rehearsal.copies import WalkError
from journeys.rehearsal.path import Seen, Watch, Written
from journeys.rehearsal.terms import (
    LONGEST,
    Agree,
    Answer,
    Enter,
    Happen,
    Input,
    Learn,
    Terms,
    TermsError,
    moment,
)
from journeys.step import Json

__all__ = ["Path", "WalkError", "walk", "walk_all"]

PIECES = ("customers.drain", "customers.hear", "customers.recheck", "channels.", "journeys.")
NOT_OF_CUSTOMERS = {"journeys.simulate"}  # starts a process, on the tables of the product
MOST_STOPS = 1000
PATIENCE = 8.0  # seconds, by the wall's clock
SOURCE = "rehearsal"


@dataclass(slots=True)
class Path:
    """Where a walk has led: what was seen at its stops, and where the customer stands when the clock does."""

    customer: Customer | None
    zone: tzinfo
    starts_at: datetime
    stands_at: datetime
    next_at: datetime | None = None
    is_over: bool = False
    is_cut: bool = False
    seen: list[Seen] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    enrollment: Enrollment | None = None


def walk(journey: Journey, terms: Terms, graph: Json | None = None) -> Path:
    """The way of a customer through `graph`, by default the draft; GraphError where that can't run."""
    return walk_all(journey, [terms], graph)[0]


def walk_all(journey: Journey, many: Sequence[Terms], graph: Json | None = None) -> list[Path]:
    """The same for several customers, each by themselves, on one set of copies."""
    graph = journey.draft if graph is None else graph
    parsed = checks.check(graph)
    people = [_person(terms) for terms in many]
    paths = []
    with copies.copied_tables():
        for terms, person in zip(many, people, strict=True):
            who = person or _known_by(terms)
            with copies.walker(who, journey, graph, terms.starts_at) as version:
                paths.append(_Run(terms, person, version, parsed).go())
    return paths


def _person(terms: Terms) -> Customer | None:
    if terms.person.customer is None:
        return None
    found = customer_by_public_id(str(terms.person.customer))
    if found is None:
        raise TermsError([{"path": "person.customer", "message": _("there is no such customer")}])
    return found


def _known_by(terms: Terms) -> str:
    """By what one who is made up is the same in each walk."""
    return json.dumps(dict(sorted(terms.person.identities.items())))


def pieces() -> list[work.Work]:
    """The work of the loop, its gates with a provider that sends nowhere."""
    provider = Recorder()
    gates = {
        f"channels.dispatch_{channel}": partial(gate.dispatch, channel, provider=provider)
        for channel in ChannelKind.values
    }
    return [
        replace(piece, run=gates.get(piece.name, piece.run))
        for piece in work.pieces()
        if piece.name.startswith(PIECES) and piece.name not in NOT_OF_CUSTOMERS
    ]


class _Run:
    """A walk that is being made."""

    def __init__(
        self, terms: Terms, customer: Customer | None, version: JourneyVersion, graph: Graph
    ) -> None:
        self.terms = terms
        self.version = version
        self.graph = graph
        self.now = terms.starts_at
        self.pieces = pieces()
        self.watch = Watch(version, graph)
        self.zone = _zone(customer.time_zone if customer else terms.person.time_zone)
        due = [(moment(one.at, terms.starts_at, self.zone), n, one) for n, one in enumerate(terms.inputs)]
        self.inputs = deque((at, one) for at, _n, one in sorted(due, key=lambda row: row[:2]))
        self.customer_id = customer.pk if customer else 0
        self._stops = 0
        self._ends = time.monotonic() + PATIENCE

    def go(self) -> Path:
        """Walk as far as the terms say, or until nothing is left to come."""
        starts_at = self.terms.starts_at
        last = starts_at + LONGEST
        until = moment(self.terms.until, starts_at, self.zone) if self.terms.until else last
        if not self.customer_id:
            self._meet()
        self._stop()
        while (here := self._next(last)) is not None and here <= until and not self._is_cut():
            self.now = here
            self._stop()
        return self._path(here, until)

    def _is_cut(self) -> bool:
        return self._stops >= MOST_STOPS or time.monotonic() > self._ends

    def _next(self, last: datetime) -> datetime | None:
        """The next moment at which there is something to do; None when nothing more is to come.

        To the end means as long as somebody is inside; to a moment goes on, for time alone may let them in.
        """
        if self._is_over() and (self.terms.until is None or self.watch.has_entered):
            return None
        upto = max(self.inputs[0][0], self.now) if self.inputs else last
        if upto <= self.now:
            return self.now
        return work.next_due(self.pieces, self.now, upto) or (upto if self.inputs else None)

    def _is_over(self) -> bool:
        """Whether nothing more happens, nobody is inside and no message is open."""
        if self.inputs:
            return False
        inside = Enrollment.objects.filter(version=self.version, is_on_hold=False)
        open_ones = Message.objects.filter(source="journey", source_id=self.version.pk, closed_at=None)
        return not (inside.exclude(standing="ended").exists() or open_ones.exclude(due_at=None).exists())

    def _stop(self) -> None:
        """What happens now, one thing after the other, and all that is due."""
        self._stops += 1
        while self.inputs and self.inputs[0][0] <= self.now:
            _at, given = self.inputs.popleft()
            self.watch.seen.append(
                Seen(self.now, "input", said=given.model_dump(mode="json", exclude={"at"}))
            )
            self._give(given)
            work.settle_pieces(self.pieces, self.now)
            self.watch.look(self.now)
        work.settle_pieces(self.pieces, self.now)
        self.watch.look(self.now)

    def _meet(self) -> None:
        """Make the customer known who is made up."""
        person = self.terms.person
        said = [
            Said(channel=s.channel, topic=s.topic, granted=s.granted, source=SOURCE) for s in person.consents
        ]
        self._call(
            kind="identify",
            identities=dict(person.identities) or {"external_id": SOURCE},
            traits=dict(person.traits),
            consents=said,
            language=person.language,
            country=person.country,
            time_zone=person.time_zone,
        )
        work.settle_pieces(self.pieces, self.now)
        found = Customer.objects.first()
        if found is None:
            raise TermsError(
                [
                    {
                        "path": "person.identities",
                        "message": _("lead to nobody: one that is valid is needed"),
                    }
                ]
            )
        self.customer_id = found.pk
        self.zone = _zone(found.time_zone)
        self.watch.look(self.now)

    def _call(self, **said: Any) -> None:
        accept([Call(message_id=str(uuid4()), occurred_at=self.now, **said)], None, self.now)

    def _give(self, given: Input) -> None:
        match given:
            case Enter():
                self._enter(given.properties)
            case Happen():
                said = CustomerEvent(self.customer_id, given.event, self.now, given.properties, str(uuid4()))
                accept_customer_events([said], self.now)
            case Learn():
                row = Customer.objects.get(pk=self.customer_id).identities.order_by("pk").first()
                if row is not None:
                    self._call(kind="identify", identities={row.kind: row.value}, traits=given.traits)
            case Agree():
                word = ConsentChange(
                    *(self.customer_id, given.channel, given.topic, given.granted, SOURCE, "", self.now),
                    is_confirmed=True,
                )
                set_consents([word], self.now)
            case Answer():
                self._answer(given)

    def _enter(self, properties: Json) -> None:
        listens = self.graph.trigger.listens
        name = listens.event if listens else self.graph.trigger.kind
        context = {"name": name, "occurred_at": self.now.isoformat(), "properties": properties}
        journey = Journey.objects.get(pk=self.version.journey_id)
        report = enroll_customers(journey, [Entering(self.customer_id, "", context)], self.now)
        for refusal in report.refused.values():
            self.watch.seen.append(Seen(self.now, "refused", said={"reason": refusal.value}))

    def _answer(self, given: Answer) -> None:
        """As a provider reports it. Of a message that there is not, nothing is heard."""
        rows = Message.objects.filter(source_id=self.version.pk, step=given.step, sent_at__isnull=False)
        if (message := rows.order_by("-pk").first()) is not None:
            payload = {"url": given.url} if given.url else {}
            event = ProviderEvent(
                str(uuid4()), given.what, self.now, public_id=message.public_id, payload=payload
            )
            callbacks.store_events(SOURCE, [event], self.now)

    def _path(self, next_at: datetime | None, until: datetime) -> Path:
        is_cut = next_at is not None and next_at <= until
        stands_at = self.now if is_cut or self.terms.until is None else until
        rows = Enrollment.objects.filter(version=self.version)
        return Path(
            customer=Customer.objects.filter(pk=self.customer_id).first(),
            zone=self.zone,
            starts_at=self.terms.starts_at,
            stands_at=stands_at,
            next_at=next_at,
            is_over=self._is_over(),
            is_cut=is_cut,
            seen=self.watch.seen,
            written=list(self.watch.written.values()),
            enrollment=rows.order_by("-pk").first(),
        )


def _zone(name: str) -> tzinfo:
    return zone_of(name, settings.BRAND_TIME_ZONE)
