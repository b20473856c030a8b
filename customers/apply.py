"""What a batch of calls does, all in the caller's transaction.

Identity → traits → consents → events → orders, carts, products → stage, segments.

The caller holds the events' lock. Each step is one statement, or a few, for the whole batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import connection

from config import work
from customers.classify import classify, classify_news
from customers.commerce.fill import add_events
from customers.consents import ConsentChange, store_consents
from customers.copying import moments, numbers
from customers.events import NewEvent, write_events
from customers.identity import Received, Resolved, resolve
from customers.profile import Profile
from customers.records import create_profiles, load_profiles, save_profiles
from customers.rules.depends import Depends
from customers.survivorship import Said, load_rules
from customers.tracking.calls import Call
from customers.trait_events import Watch

ABOUT_NOBODY = "No identifier of this call is valid: it is about nobody."
NOTHING = msgspec.Raw(b"{}")
TOLD = ("event", "record")  # what somebody else says of the customer
Span = tuple[datetime, datetime]


class Applied(NamedTuple):
    """Whose each call was (0: nobody's, or an erased person's), and about whom anything is new."""

    customer_ids: list[int]
    unclear: set[int]
    created: Mapping[int, datetime]
    changed: set[int]


def apply_calls(batch: Sequence[Received], now: datetime) -> Applied:
    """Apply calls in the order in which they happened."""
    order = sorted(range(len(batch)), key=lambda place: batch[place].call.occurred_at or now)
    batch = [batch[place] for place in order]
    resolved = resolve(batch, now)
    ids = resolved.customer_ids
    seen = _seen(batch, ids)
    learned, changes = _learn(batch, resolved, seen)
    _touch({of: span for of, span in seen.items() if of not in resolved.created})
    events = [NewEvent(of, "$customer_created", at, NOTHING) for of, at in resolved.created.items()]
    said = store_consents(words(batch, ids, resolved.origins), now)
    events += said
    events += changes
    events += _events(batch, ids, resolved.origins)
    add_events(events, write_events(events, now))
    traits = frozenset(name for names in learned.values() for name in names)
    _classify(_news(batch, ids, events, Depends(traits=traits, consent=bool(said))), resolved, now)
    if events:
        work.wake("journeys.listen")
    ids_as_given = [0] * len(ids)
    for place, of in zip(order, ids, strict=True):
        ids_as_given[place] = of
    unclear = {order[place] for place in resolved.unclear}
    changed = learned.keys() | resolved.gained | {event.customer_id for event in events}
    return Applied(ids_as_given, unclear, resolved.created, changed)


def _news(
    batch: Sequence[Received], ids: Sequence[int], events: Iterable[NewEvent], told: Depends
) -> dict[int, Depends]:
    """What is new about each customer: events' names, whether they were seen; of whom a call told: `told`."""
    names: dict[int, set[str]] = {of: set() for of in ids if of}
    for event in events:
        names.setdefault(event.customer_id, set()).add(event.name)
    calls = list(zip((one.call for one in batch), ids, strict=True))
    telling = {of for call, of in calls if _tells(call) or call.consents}
    seen = {of for call, of in calls if _is_seen(call)}
    made: dict[tuple[frozenset[str], bool, bool], Depends] = {}
    news: dict[int, Depends] = {}
    for of, some in names.items():
        key = (frozenset(some), of in seen, of in telling)
        if key not in made:
            made[key] = Depends(events=key[0], seen=key[1]) | (told if key[2] else Depends())
        news[of] = made[key]
    return news


def _is_seen(call: Call) -> bool:
    """Whether the customer did it; what was done to them says nothing of where they are."""
    return call.kind not in TOLD and call.occurred_at is not None


def _tells(call: Call) -> bool:
    return bool(call.traits or call.language or call.time_zone or call.country)


def _classify(news: dict[int, Depends], resolved: Resolved, now: datetime) -> None:
    """Everything about a customer who is new, or was joined, is news; about the others, what has changed."""
    new = resolved.created.keys() | {merge.customer_id for merge in resolved.merged}
    if whole := sorted(news.keys() & new):
        classify(whole, now)
    classify_news({of: told for of, told in news.items() if of not in new}, now)


def _learn(
    batch: Sequence[Received], resolved: Resolved, seen: Mapping[int, Span]
) -> tuple[dict[int, set[str]], list[NewEvent]]:
    """Bring the records up to date, and write those of new customers.

    Returns the names of the traits that changed, by customer, and the events of it.
    """
    created = resolved.created
    origins, refused = resolved.origins, resolved.refused
    telling = [
        (of, place, country)
        for place, (one, of, country) in enumerate(
            zip(batch, resolved.customer_ids, resolved.countries, strict=True)
        )
        if of and (place in refused or _tells(one.call))
    ]
    rules = load_rules()
    profiles = load_profiles({of for of, _, _ in telling if of not in created})
    before = {of: msgspec.json.encode(profile) for of, profile in profiles.items()}
    profiles |= {of: Profile() for of in created}
    watch = Watch()
    changed: dict[int, set[str]] = {}
    events: list[NewEvent] = []
    for of, place, country in telling:
        call, source_id = batch[place].call, batch[place].source_id
        was = watch.values(profiles[of])
        if learned := profiles[of].learn(call, country, Said(source_id or 0, origins.get(place, 0), rules)):
            changed.setdefault(of, set()).update(learned)
        profiles[of].trait_errors.update(refused.get(place, ()))
        assert call.occurred_at is not None  # noqa: S101 - the inbox sets it
        events += watch.changes(of, was, profiles[of], call.occurred_at)
    save_profiles({of: profiles[of] for of in before if msgspec.json.encode(profiles[of]) != before[of]})
    create_profiles(
        {of: profiles[of] for of in created},
        {of: (at, max(at, seen.get(of, (at, at))[1])) for of, at in created.items()},
    )
    return changed, events


TOUCH = """
    UPDATE customers_customer AS customer
    SET first_seen_at = least(customer.first_seen_at, seen.first),
        last_seen_at = greatest(customer.last_seen_at, seen.last)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS seen(id, first, last)
    WHERE customer.id = seen.id AND (customer.first_seen_at > seen.first OR customer.last_seen_at < seen.last)
"""


def _seen(batch: Sequence[Received], ids: Sequence[int]) -> dict[int, Span]:
    """When customers were first and last seen: by what they did, not by what was done to them."""
    seen: dict[int, Span] = {}
    for one, of in zip(batch, ids, strict=True):
        at = one.call.occurred_at
        if of and at and _is_seen(one.call):
            seen[of] = (seen[of][0] if of in seen else at, at)  # the batch is in order
    return seen


def _touch(seen: Mapping[int, Span]) -> None:
    if seen:
        first, last = zip(*seen.values(), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, [numbers(seen), moments(first), moments(last)])


def words(batch: Sequence[Received], ids: Iterable[int], origins: Mapping[int, int]) -> list[ConsentChange]:
    """What the calls say of channels and topics.

    `ids` tells whose each call is, `origins` by place as whose it came who was merged since.
    """
    return [
        ConsentChange(
            *(of, word.channel, word.topic, word.granted, word.source, word.wording, one.call.occurred_at),
            origin_id=origins.get(place),
            proof={"call": one.message_id} if one.message_id else {},
            via=one.source_id,
            is_confirmed=word.confirmed,
            asks=one.call.kind != "record",
        )
        for place, (one, of) in enumerate(zip(batch, ids, strict=True))
        if of
        for word in one.call.consents
    ]


def _events(batch: Sequence[Received], ids: Iterable[int], origins: Mapping[int, int]) -> list[NewEvent]:
    return [
        NewEvent(
            of,
            call.event,
            call.occurred_at,
            call.properties,
            source_id,
            message_id,
            received_at,
            origins.get(place),
        )
        for place, ((call, received_at, source_id, message_id), of) in enumerate(zip(batch, ids, strict=True))
        if of and call.event and call.occurred_at
    ]
