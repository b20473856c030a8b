"""From the cells of a row to a call, or to all that is wrong with it: a row is taken whole or not. Pure."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from customers.addresses import AddressError, normal
from customers.imports.cells import CellError, Type, read
from customers.imports.columns import CHANNELS, PLACE, WHO, Column, To
from customers.linking import LEVELS
from customers.models import Suppression
from customers.profile import stated
from customers.tracking.body import LARGEST_EVENT
from customers.tracking.calls import EARLIEST, Call, Kind, Statement

ADDRESSES = {To.EMAIL, To.PHONE}
LONGEST_EVENT, LONGEST_ID = 200, 100

REASON = "reason"  # the property of a call that says why an address is suppressed
# As other programs and people say it, in small letters with one _ between words.
REASONS = {
    name: reason.value
    for reason, names in {
        Suppression.Reason.BOUNCED: "bounced bounce hard_bounce hardbounce invalid rimbalzato",
        Suppression.Reason.COMPLAINED: "complained complaint spam spam_report abuse reclamo",
        Suppression.Reason.BY_HAND: "by_hand manual unsubscribed unsubscribe opt_out disiscritto a_mano",
        Suppression.Reason.GONE: "gone address_gone unregistered",
    }.items()
    for name in names.split()
}


class Fault(NamedTuple):
    """A row that can't be taken, and why."""

    line: int
    reason: str
    cells: list[str]


class Plan(NamedTuple):
    """How the rows of one import are read. `at`: when what they say was so, where no column tells it."""

    kind: str
    names: Sequence[str]
    columns: Sequence[Column]
    at: datetime
    event: str = ""
    source: str = ""
    wording: str = ""


class Reader:
    """Reads the rows of one import."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._kind: Kind = "track" if plan.kind == "events" else "record"
        self._places = [
            (place, column, plan.names[place], TAKE[To(column.to)])
            for place, column in enumerate(plan.columns)
            if column.to
        ]
        self._zone = ZoneInfo(settings.BRAND_TIME_ZONE)
        self._has_phone = any(column.to == To.PHONE for column in plan.columns)

    def read(self, line: int, cells: list[str]) -> Call | Fault:
        """The call that a row makes, or all that is wrong with it."""
        faults: list[str] = []
        row = _Row(self._plan, self._zone)
        if len(cells) > len(self._plan.names):
            faults.append(_("The row has more cells than the first line has names."))
        if sum(map(len, cells)) > LARGEST_EVENT:
            faults.append(_("The row has more than %(most)d letters.") % {"most": LARGEST_EVENT})
        if faults:
            return Fault(line, " ".join(faults), cells)
        for place, column, name, take in self._places:
            if place < len(cells) and (cell := cells[place]):
                try:
                    take(row, column, cell)
                except (CellError, AddressError) as error:
                    faults.append(f"{name}: {error}")
        if not faults:
            try:
                return row.call(self._kind)
            except CellError as error:
                faults.append(str(error))
        return Fault(line, " ".join(faults), cells)


class _Row:
    """One row while its cells are taken."""

    __slots__ = (
        *("_plan", "at", "zone", "identities", "phone", "traits", "event", "message_id", "properties"),
        *("channel", "consents", "granted", "topic", "wording", "confirmed", "reason"),
    )

    def __init__(self, plan: Plan, zone: ZoneInfo) -> None:
        self._plan, self.zone = plan, zone
        self.at: datetime | None = None
        self.identities: dict[str, str] = {}
        self.traits: dict[str, Any] = {}
        self.properties: dict[str, Any] = {}
        self.consents: list[Statement] = []
        self.event, self.message_id, self.phone = plan.event, "", ""
        self.channel, self.topic, self.wording = "", "", plan.wording
        self.granted: bool | None = None
        self.confirmed, self.reason = False, ""

    def call(self, kind: Kind) -> Call:
        """The call of all that was taken; CellError where something lacks."""
        if self.phone:
            country = stated(self.traits).get("country") or settings.BRAND_COUNTRY
            try:
                self.traits["phone"] = normal("phone", self.phone, country)
            except AddressError as error:
                raise CellError(f"{To.PHONE.label}: {error}") from error
        if not self.identities and not self.traits.keys() & LEVELS.keys():
            raise CellError(_("The row names nobody."))
        if self._plan.kind == "consents":
            self._agree()
        for word in self.consents:
            word.confirmed = self.confirmed
        if kind == "track" and self.at is None:
            raise CellError(_("The row does not say when it happened."))
        if kind == "track" and not self.event:
            raise CellError(_("The row does not say what happened."))
        call = Call(
            kind=kind,
            message_id=self.message_id,
            occurred_at=self.at or self._plan.at,
            identities=self.identities,
            traits=self.traits,
            consents=self.consents,
        )
        if self.reason:
            call.properties = {REASON: self.reason}
        if kind == "track":
            call.event, call.properties = self.event, self.properties
            call.message_id = self.message_id or _digest(call)
        return call

    def _agree(self) -> None:
        if self.granted is None or not self.channel:
            raise CellError(_("The row does not say the channel, or whether the customer agreed."))
        self.consents.append(
            Statement(self.channel, self.granted, self.topic, self._plan.source, self.wording)
        )

    def agree(self, place: str, granted: bool) -> None:  # noqa: FBT001 - what was said
        """One word of several: the channel, and its topic after a dot."""
        channel, _dot, topic = place.partition(".")
        self.consents.append(Statement(channel, granted, topic, self._plan.source, self._plan.wording))

    def put(self, into: dict[str, Any], path: str, value: Any) -> None:
        """The value at a path of keys."""
        *keys, last = path.split(".")
        for key in keys:
            inner = into.setdefault(key, {})
            if not isinstance(inner, dict):
                raise CellError(_("Another column puts a value where this one needs an object."))
            into = inner
        into[last] = value


def _digest(call: Call) -> str:
    """The same for rows that say the same: one that comes twice takes effect once."""
    said = repr((sorted(call.identities.items()), call.traits, call.event, call.occurred_at, call.properties))
    return blake2b(said.encode(), digest_size=16).hexdigest()


Take = Callable[[_Row, Column, str], None]


def _identity(row: _Row, column: Column, cell: str) -> None:
    row.identities[column.to] = normal(column.to, cell, "")


def _email(row: _Row, column: Column, cell: str) -> None:
    row.traits["email"] = normal(column.to, cell, "")


def _phone(row: _Row, _column: Column, cell: str) -> None:
    row.phone = cell  # read at the end, when the country is known


def _said_at(row: _Row, column: Column, cell: str) -> None:
    at = datetime.fromisoformat(read(column.type, cell))
    at = at.replace(tzinfo=row.zone) if at.tzinfo is None else at
    try:
        row.at = at.astimezone(UTC)
    except OverflowError:
        row.at = None
    if row.at is None or not EARLIEST <= row.at <= row._plan.at:  # noqa: SLF001 - of this module
        raise CellError(_("The moment lies in the future, or before %(year)d.") % {"year": EARLIEST.year})


def _trait(row: _Row, column: Column, cell: str) -> None:
    value = cell if column.type == "text" else read(column.type, cell)
    if "." in column.name:
        row.put(row.traits, column.name, value)
    else:
        row.traits[column.name] = value


def _consent(row: _Row, column: Column, cell: str) -> None:
    row.agree(column.name, read(Type.BOOLEAN, cell))


def _channel(row: _Row, _column: Column, cell: str) -> None:
    if cell not in CHANNELS:
        raise CellError(_("Write one of: %(channels)s.") % {"channels": ", ".join(CHANNELS)})
    row.channel = cell


def _topic(row: _Row, _column: Column, cell: str) -> None:
    if PLACE.fullmatch(f"email.{cell}") is None:
        raise CellError(_("A topic is at most 60 letters, digits, - and _."))
    row.topic = cell


def _granted(row: _Row, _column: Column, cell: str) -> None:
    row.granted = read(Type.BOOLEAN, cell)


def _wording(row: _Row, _column: Column, cell: str) -> None:
    row.wording = cell


def _confirmed(row: _Row, _column: Column, cell: str) -> None:
    row.confirmed = bool(read(Type.BOOLEAN, cell))


def _reason(row: _Row, _column: Column, cell: str) -> None:
    plain = re.sub(r"[\W_]+", "_", cell.lower()).strip("_")
    row.reason = REASONS.get(plain, "")
    if not row.reason:
        raise CellError(_("Write one of: %(reasons)s.") % {"reasons": ", ".join(Suppression.Reason.values)})


def _event(row: _Row, _column: Column, cell: str) -> None:
    if cell.startswith("$") or len(cell) > LONGEST_EVENT:
        raise CellError(_("An event has at most 200 letters and does not begin with $."))
    row.event = cell


def _message_id(row: _Row, _column: Column, cell: str) -> None:
    if len(cell) > LONGEST_ID:
        raise CellError(_("An id has at most 100 letters."))
    row.message_id = cell


def _property(row: _Row, column: Column, cell: str) -> None:
    row.put(row.properties, column.name, read(column.type, cell))


TAKE: dict[To, Take] = {
    **dict.fromkeys(WHO, _identity),
    To.EMAIL: _email,
    To.PHONE: _phone,
    To.SAID_AT: _said_at,
    To.TRAIT: _trait,
    To.CONSENT: _consent,
    To.CHANNEL: _channel,
    To.TOPIC: _topic,
    To.GRANTED: _granted,
    To.WORDING: _wording,
    To.CONFIRMED: _confirmed,
    To.REASON: _reason,
    To.EVENT: _event,
    To.MESSAGE_ID: _message_id,
    To.PROPERTY: _property,
}
