"""What a batch of calls does, all in the caller's transaction.

Identity → traits → consents → events → stage, segments.

The caller holds the events' lock. Each step is one statement, or a few, for the whole batch.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db import connection

from config import work
from customers.classify import classify, classify_news
from customers.consents import ConsentChange, store_consents
from customers.copying import moments, numbers
from customers.events import NewEvent, write_events
from customers.identity import Received, Resolved, resolve
from customers.profile import load_profiles, save_profiles
from customers.rules.depends import Depends
from customers.tracking.calls import Call

ABOUT_NOBODY = "No identifier of this call is valid: it is about nobody."
NOTHING = msgspec.Raw(b"{}")


def apply_calls(batch: Sequence[Received], now: datetime) -> Resolved:
    """Apply calls in the order in which they happened; returns whose each was (0: nobody's, or erased)."""
    order = sorted(range(len(batch)), key=lambda place: batch[place].call.occurred_at or now)
    batch = [batch[place] for place in order]
    resolved = resolve(batch, now)
    ids = resolved.customer_ids
    traits = _learn(batch, resolved)
    _touch(batch, ids)
    events = [NewEvent(of, "$customer_created", at, NOTHING) for of, at in resolved.created.items()]
    said = store_consents(_words(batch, ids), now)
    events += said
    events += _events(batch, ids)
    write_events(events, now)
    _classify(_news(batch, ids, events, Depends(traits=frozenset(traits), consent=bool(said))), resolved, now)
    if events:
        work.wake("journeys.listen")
    ids_as_given = [0] * len(ids)
    for place, of in zip(order, ids, strict=True):
        ids_as_given[place] = of
    return resolved._replace(customer_ids=ids_as_given)


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
    return call.kind != "event" and call.occurred_at is not None


def _tells(call: Call) -> bool:
    return bool(call.traits or call.language or call.time_zone or call.country)


def _classify(news: dict[int, Depends], resolved: Resolved, now: datetime) -> None:
    """Everything about a customer who is new, or was joined, is news; about the others, what has changed."""
    new = resolved.created.keys() | {merge.customer_id for merge in resolved.merged}
    if whole := sorted(news.keys() & new):
        classify(whole, now)
    classify_news({of: told for of, told in news.items() if of not in new}, now)


def _learn(batch: Sequence[Received], resolved: Resolved) -> set[str]:
    """Bring the records up to date; returns the names of the traits that changed."""
    telling = [
        (of, one.call, country)
        for one, of, country in zip(batch, resolved.customer_ids, resolved.countries, strict=True)
        if of and _tells(one.call)
    ]
    if not telling:
        return set()
    profiles = load_profiles({of for of, _, _ in telling})
    before = {of: msgspec.json.encode(profile) for of, profile in profiles.items()}
    changed: set[str] = set()
    for of, call, country in telling:
        changed |= profiles[of].learn(call, country)
    save_profiles({of: kept for of, kept in profiles.items() if msgspec.json.encode(kept) != before[of]})
    return changed


TOUCH = """
    UPDATE customers_customer AS customer
    SET first_seen_at = least(customer.first_seen_at, seen.first),
        last_seen_at = greatest(customer.last_seen_at, seen.last)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS seen(id, first, last)
    WHERE customer.id = seen.id AND (customer.first_seen_at > seen.first OR customer.last_seen_at < seen.last)
"""


def _touch(batch: Sequence[Received], ids: Sequence[int]) -> None:
    """When customers were seen: by what they did, not by what was done to them."""
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for one, of in zip(batch, ids, strict=True):
        if of and one.call.occurred_at and _is_seen(one.call):
            first.setdefault(of, one.call.occurred_at)  # the batch is in order
            last[of] = one.call.occurred_at
    if last:
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, [numbers(last), moments(first[of] for of in last), moments(last.values())])


def _words(batch: Sequence[Received], ids: Iterable[int]) -> list[ConsentChange]:
    return [
        ConsentChange(
            of, word.channel, word.topic, word.granted, word.source, word.wording, one.call.occurred_at
        )
        for one, of in zip(batch, ids, strict=True)
        if of
        for word in one.call.consents
    ]


def _events(batch: Sequence[Received], ids: Iterable[int]) -> list[NewEvent]:
    return [
        NewEvent(of, call.event, call.occurred_at, call.properties, source_id, message_id, received_at)
        for (call, received_at, source_id, message_id), of in zip(batch, ids, strict=True)
        if of and call.event and call.occurred_at
    ]
