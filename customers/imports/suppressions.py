"""Files of addresses that are never to be written to: what their rows would change, and doing it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from customers.copying import texts
from customers.imports.rows import REASON
from customers.linking import Key
from customers.models import IdentityKind, Suppression, Tombstone
from customers.owners import tombstone_of
from customers.services import suppress
from customers.tracking.calls import Call

KNOWN = """
    SELECT kind, value FROM customers_suppression
    WHERE (kind, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""


class Weighed(NamedTuple):
    """What rows would change: how many, the addresses that are new by reason, and rows of who is erased."""

    counts: Counter[str]
    fresh: dict[str, list[Key]]
    erased: set[int]


def weigh_suppressions(calls: Sequence[Call]) -> Weighed:
    """A row changes something where one of its addresses is not suppressed yet; an erased one is not kept."""
    rows = [_addresses(call) for call in calls]
    every = {address for row in rows for address in row}
    known, erased = _known(every), _erased(every)
    weighed = Weighed(Counter(), defaultdict(list), set())
    for place, (call, row) in enumerate(zip(calls, rows, strict=True)):
        if not erased.isdisjoint(row):
            weighed.erased.add(place)
            continue
        new = [address for address in row if address not in known]
        known.update(new)
        weighed.counts["changed" if new else "unchanged"] += 1
        weighed.fresh[call.properties.get(REASON, Suppression.Reason.BY_HAND)] += new
    return weighed


def suppress_new(weighed: Weighed, now: datetime) -> None:
    """Never write to the new ones again."""
    for reason, addresses in weighed.fresh.items():
        if addresses:
            suppress(addresses, reason, now)


def _addresses(call: Call) -> list[Key]:
    told = {
        kind: call.traits[kind] for kind in (IdentityKind.EMAIL, IdentityKind.PHONE) if kind in call.traits
    }
    return [(str(kind), value) for kind, value in (told | call.identities).items()]


def _known(addresses: set[Key]) -> set[Key]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [texts(kind for kind, _ in addresses), texts(value for _, value in addresses)])
        return {(kind, value) for kind, value in cursor.fetchall()}


def _erased(addresses: set[Key]) -> set[Key]:
    digests = {tombstone_of(address): address for address in addresses}
    buried = Tombstone.objects.filter(digest__in=list(digests)).values_list("digest", flat=True)
    return {digests[bytes(digest)] for digest in buried}
