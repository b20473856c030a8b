"""From a request's text to calls: Segment's shapes, checked; every fault named with its place. Pure."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

import msgspec

from customers.tracking.body import LARGEST_EVENT
from customers.tracking.calls import Call, Kind, Statement, moment
from customers.tracking.json import decode, joined
from customers.tracking.problems import Problem, at, invalid

OTHER_KINDS = ("loyalty_card", "cookie", "email", "phone")
MOST_IDS, LONGEST_ID = 20, 512
KINDS: tuple[Kind, ...] = ("identify", "track", "page", "screen", "alias", "group")

Text = Annotated[str, msgspec.Meta(max_length=200)]
Identifier = Annotated[str, msgspec.Meta(max_length=255)] | int | None


class Said(msgspec.Struct):
    """A consent as a form hands it over."""

    channel: Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,10}$")]
    granted: bool
    topic: Annotated[str, msgspec.Meta(pattern="^[-a-zA-Z0-9_]{0,60}$")] = ""
    source: Annotated[str, msgspec.Meta(max_length=100)] = ""
    wording: Annotated[str, msgspec.Meta(max_length=5000)] = ""


class Incoming(msgspec.Struct, rename="camel"):
    """One call as it comes; what is not named here is ignored."""

    type: str | None = None
    message_id: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    user_id: Identifier = None
    anonymous_id: Identifier = None
    previous_id: Identifier = None
    group_id: Identifier = None
    event: Text | None = None
    name: Text | None = None
    category: Text | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    timestamp: Text | None = None
    original_timestamp: Text | None = None
    sent_at: Text | None = None
    consents: Annotated[list[Said], msgspec.Meta(max_length=50)] | None = None
    write_key: str | None = None


class Batch(msgspec.Struct, rename="camel"):
    """A batch as it comes; each call is parsed on its own."""

    batch: list[msgspec.Raw]
    context: dict[str, Any] | None = None
    sent_at: Text | None = None
    write_key: str | None = None


_incoming = msgspec.json.Decoder(Incoming)
_batch = msgspec.json.Decoder(Batch)
_said = msgspec.json.Decoder(Annotated[list[Said], msgspec.Meta(max_length=50)])


def parse_single(body: bytes, kind: Kind) -> tuple[list[Call], str]:
    """The call of a body, and the write key in it."""
    incoming = decode(body, _incoming)
    return [_call(incoming, kind, "", {}, None)], incoming.write_key or ""


def parse_batch(body: bytes) -> tuple[list[Call], str]:
    """The calls of a batch, and the write key in it; all faults of all calls are told at once."""
    batch = decode(body, _batch)
    calls: list[Call] = []
    errors: list[dict[str, str]] = []
    context = {key: value for key, value in (batch.context or {}).items() if key != "traits"}
    sent_at = None
    try:
        sent_at = _moment(batch.sent_at, "sentAt")
    except Problem as problem:
        errors += problem.errors
    for index, raw in enumerate(batch.batch):
        try:
            calls.append(_parse_member(raw, f"batch.{index}", context, sent_at))
        except Problem as problem:
            if problem.status is not HTTPStatus.BAD_REQUEST:
                raise
            errors += problem.errors
    if errors:
        raise invalid(errors)
    return calls, batch.write_key or ""


def parse_line(line: bytes) -> Call:
    """One call of a log: a line of JSON that names its `type`."""
    return _parse_member(msgspec.Raw(line), "", {}, None)


def _parse_member(raw: msgspec.Raw, where: str, context: dict[str, Any], sent_at: Any) -> Call:
    size = len(bytes(raw))
    if size > LARGEST_EVENT:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"An event has {size} bytes; at most {LARGEST_EVENT} are taken.",
            [at(where, "This event is too large.")],
        )
    incoming = decode(raw, _incoming, where)
    kind = incoming.type
    if kind not in KINDS:
        raise invalid([at(joined(where, "type"), f"Say one of: {', '.join(KINDS)}.")])
    return _call(incoming, kind, where, context, sent_at)


def _call(incoming: Incoming, kind: Kind, where: str, context: dict[str, Any], sent_at: Any) -> Call:
    context = {**context, **(incoming.context or {})} if context else incoming.context or {}
    traits = {**_object(context, "traits"), **(incoming.traits or {})}
    call = Call(
        kind=kind,
        message_id=incoming.message_id or str(uuid4()),
        occurred_at=_moment(incoming.timestamp or incoming.original_timestamp, joined(where, "timestamp")),
        sent_at=_moment(incoming.sent_at, joined(where, "sentAt")) or sent_at,
        identities=_identities(incoming, context),
        traits=traits,
        consents=_consents(incoming, context, where),
    )
    if context:
        call.language = _text(context, "locale", 35)
        call.time_zone = _text(context, "timezone", 64)
        call.country = _text(_object(context, "location"), "country", 2)
    _fill(call, incoming, context, where)
    _check_names_somebody(call, where)
    return call


def _fill(call: Call, incoming: Incoming, context: dict[str, Any], where: str) -> None:
    """What only one kind of call has."""
    if call.kind == "track":
        call.event = _event_name(incoming.event, where)
    elif call.kind in {"page", "screen"}:
        call.event = f"{call.kind.capitalize()} Viewed"
    elif call.kind == "alias":
        call.previous_id = _identifier(incoming.previous_id)
        if not call.previous_id:
            raise invalid([at(joined(where, "previousId"), "Say which id the person had before.")])
    elif call.kind == "group":
        group = _identifier(incoming.group_id)
        if not group:
            raise invalid([at(joined(where, "groupId"), "Say which group the person belongs to.")])
        call.traits = {"group": {**(incoming.traits or {}), "id": group}}
    if call.event:
        call.properties = _properties(incoming, context)


def _properties(incoming: Incoming, context: Mapping[str, Any]) -> dict[str, Any]:
    """The event's properties, with where on the web it happened and what brought the person there."""
    properties = incoming.properties or {}
    if incoming.name and "name" not in properties:
        properties["name"] = incoming.name
    if incoming.category and "category" not in properties:
        properties["category"] = incoming.category
    if context and "context" not in properties:
        kept = {part: found for part in KEPT if (found := _kept(context, part))}
        if kept:
            properties["context"] = kept
    return properties


KEPT = {
    "page": ("path", "url", "referrer", "title", "search"),
    "campaign": ("name", "source", "medium", "term", "content"),
}


def _kept(context: Mapping[str, Any], part: str) -> dict[str, str]:
    found = _object(context, part)
    return {key: text for key in KEPT[part] if (text := _text(found, key, 500))} if found else {}


def _event_name(event: str | None, where: str) -> str:
    name = (event or "").strip()
    if not name:
        raise invalid([at(joined(where, "event"), "Say what happened, such as Order Completed.")])
    if name.startswith("$"):
        raise invalid(
            [at(joined(where, "event"), "Names that begin with $ are Sette's own. Choose another.")]
        )
    return name


def _identities(incoming: Incoming, context: Mapping[str, Any]) -> dict[str, str]:
    device = _object(context, "device")
    found = {
        "external_id": _identifier(incoming.user_id),
        "anonymous_id": _identifier(incoming.anonymous_id),
        "push_token": _text(device, "token", LONGEST_ID),
        "device": _text(device, "id", LONGEST_ID),
    }
    if isinstance(others := context.get("externalIds"), list):
        found |= dict(_others(others))
    return {kind: value for kind, value in found.items() if value}


def _others(said: list[Any]) -> Iterator[tuple[str, str]]:
    """Identifiers in Segment's `context.externalIds`, of kinds that have no place of their own in a call."""
    for one in said[:MOST_IDS]:
        if isinstance(one, dict) and one.get("type") in OTHER_KINDS and isinstance(one.get("id"), str | int):
            yield one["type"], str(one["id"])[:LONGEST_ID].strip()


def _check_names_somebody(call: Call, where: str) -> None:
    if call.identities.keys() & {"external_id", "anonymous_id", *OTHER_KINDS}:
        return
    if any(
        isinstance(call.traits.get(kind), str) and call.traits[kind].strip() for kind in ("email", "phone")
    ):
        return
    raise invalid(
        [at(joined(where, "userId"), "Say whom it is about: userId, anonymousId, or traits.email.")]
    )


def _consents(incoming: Incoming, context: Mapping[str, Any], where: str) -> list[Statement]:
    said = incoming.consents
    if said is None:
        if "consents" not in context:
            return []
        said = decode(msgspec.json.encode(context["consents"]), _said, joined(where, "context.consents"))
    return [Statement(s.channel, s.granted, s.topic, s.source, s.wording) for s in said]


def _moment(text: str | None, where: str) -> Any:
    if not text:
        return None
    try:
        return moment(text)
    except ValueError as error:
        raise invalid([at(where, "Write an ISO 8601 moment, such as 2025-03-03T12:00:00Z.")]) from error


def _identifier(value: str | int | None) -> str:
    return "" if value is None else str(value).strip()


def _object(parent: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _text(parent: Mapping[str, Any], key: str, longest: int) -> str:
    value = parent.get(key)
    return value[:longest] if isinstance(value, str) else ""
