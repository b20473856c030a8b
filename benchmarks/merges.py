"""Two customers of 5,000 events each become one, and are taken apart again: each from its call to its commit.

Each has thirty traits, a hundred sent messages, consents, and five identities; all that hangs on a merge is
done: the record by which it can be undone, consents, traits, segments, the stage.
"""

import statistics
import time
from collections.abc import Callable
from datetime import datetime

from django.db import connection

from benchmarks.figure import Figure, in_turns
from benchmarks.floors.merges import hand_over
from benchmarks.size import Size
from customers.by_hand import merge_by_hand
from customers.models import Consent, Customer, Identity, MergeRecord
from customers.unmerge import unmerge

TRAITS = {f"trait_{number}": f"value {number}" for number in range(30)}
EVENTS = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT %(of)s, (ARRAY['Product Viewed', 'Product Added', 'Order Completed'])[1 + k %% 3],
        %(now)s::timestamptz - make_interval(mins => k), %(now)s,
        '{"sku": "tea-7", "price": 12.5, "currency": "EUR", "quantity": 2}'
    FROM generate_series(1, %(many)s) AS k
"""
MESSAGES = """
    INSERT INTO channels_message
        (customer_id, channel, source, source_id, state, created_at, sent_at, slot_at)
    SELECT %(of)s, 'email', 'api', 0, 'sent', at, at, at
    FROM generate_series(1, 100) AS k, LATERAL (
        SELECT %(now)s::timestamptz - make_interval(hours => 100 + k) AS at) AS sent
"""


def measure(size: Size, database_url: str, now: datetime) -> list[Figure]:
    """Milliseconds of a merge, and of undoing it; the floor hands over the events alone."""
    undone: list[float] = []
    ours, floor = in_turns(
        size.runs,
        lambda: _ours(size.merged, undone, now),
        lambda: _floor(size.merged, database_url, now),
    )
    return [
        Figure("merge", 1000 * statistics.median(ours), "ms", 1000 * statistics.median(floor)),
        Figure("unmerge", 1000 * statistics.median(undone), "ms"),
    ]


def _ours(events: int, undone: list[float], now: datetime) -> float:
    kept, other = (_somebody(name, events, now) for name in ("kept", "other"))
    taken = _seconds(lambda: merge_by_hand(kept, other, "The same", "bench", now))
    record = MergeRecord.objects.get(old_id=other)
    undone.append(_seconds(lambda: unmerge(record.pk, "bench", "Not the same", now)))
    _clear(kept, other)
    return taken


def _floor(events: int, database_url: str, now: datetime) -> float:
    kept, other = (_somebody(name, events, now) for name in ("kept", "other"))
    taken = _seconds(lambda: hand_over(database_url, other, kept))
    _clear(kept, other)
    return taken


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _somebody(name: str, events: int, now: datetime) -> int:
    times = dict.fromkeys(TRAITS, 1)
    one = Customer.objects.create(traits=TRAITS, trait_times=times, first_seen_at=now, last_seen_at=now)
    kinds = ("email", "phone", "anonymous_id", "device", "cookie")
    Identity.objects.bulk_create(
        Identity(customer=one, kind=kind, value=f"{kind} of {name}", created_at=now) for kind in kinds
    )
    Consent.objects.bulk_create(
        Consent(customer=one, channel=channel, is_granted=name == "kept", changed_at=now)
        for channel in ("email", "sms", "push")
    )
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, {"of": one.pk, "many": events, "now": now})
        cursor.execute(MESSAGES, {"of": one.pk, "now": now})
    return int(one.pk)


def _clear(*customer_ids: int) -> None:
    """As before the run."""
    with connection.cursor() as cursor:
        for table in ("customers_event", "channels_message", "customers_membership", "customers_stagemove"):
            cursor.execute(f"DELETE FROM {table} WHERE customer_id = ANY(%s)", [list(customer_ids)])
        cursor.execute("TRUNCATE customers_mergerecord")
        Customer.objects.filter(pk__in=customer_ids).delete()
        cursor.execute("VACUUM (ANALYZE) customers_event")
