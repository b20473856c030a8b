"""What a search reads and writes: everybody in blocks, and the pairs."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from customers.copying import numbers, texts
from customers.duplicates.people import Person, person
from customers.models import DuplicateSearch

BLOCK = 5_000  # customers that are read at a time

# Changed is who was written by a transaction that the last search may not have seen; a row has 32 bits of it.
PEOPLE = """
    SELECT id, traits,
        (SELECT value FROM customers_identity WHERE customer_id = customer.id AND kind = 'email'
         ORDER BY created_at DESC, id DESC LIMIT 1),
        (SELECT value FROM customers_identity WHERE customer_id = customer.id AND kind = 'phone'
         ORDER BY created_at DESC, id DESC LIMIT 1),
        %(mark)s::bigint IS NULL OR age(xmin) <= age((%(mark)s::bigint %% 4294967296)::text::xid)
    FROM customers_customer AS customer WHERE id > %(after)s ORDER BY id LIMIT %(block)s
"""

# Of each pair that people have decided, who the two are now.
DECIDED = """
    SELECT coalesce(a.customer_id, said.first_id), coalesce(b.customer_id, said.second_id)
    FROM (SELECT first_id, second_id FROM customers_duplicatepair WHERE state <> 'open'
          UNION ALL SELECT old_id, customer_id FROM customers_mergerecord WHERE undone_at IS NOT NULL
         ) AS said (first_id, second_id)
    LEFT JOIN customers_mergedcustomer AS a ON a.old_id = said.first_id
    LEFT JOIN customers_mergedcustomer AS b ON b.old_id = said.second_id
"""
# What is open and names somebody who was compared anew, or is gone.
FORGET = """
    DELETE FROM customers_duplicatepair AS pair WHERE state = 'open' AND (
        %(is_full)s OR first_id = ANY(%(changed)s::bigint[]) OR second_id = ANY(%(changed)s::bigint[])
        OR NOT EXISTS (SELECT FROM customers_customer WHERE id = pair.first_id)
        OR NOT EXISTS (SELECT FROM customers_customer WHERE id = pair.second_id))
"""
KEEP = f"""
    WITH decided (a, b) AS ({DECIDED})
    INSERT INTO customers_duplicatepair (first_id, second_id, state, probability, evidence, found_at)
    SELECT first_id, second_id, 'open', probability, evidence, %(now)s
    FROM unnest(%(first)s::bigint[], %(second)s::bigint[], %(probability)s::float8[], %(evidence)s::jsonb[])
        AS new (first_id, second_id, probability, evidence)
    JOIN customers_customer AS a ON a.id = first_id JOIN customers_customer AS b ON b.id = second_id
    WHERE NOT EXISTS (SELECT FROM decided WHERE (decided.a, decided.b) = (first_id, second_id)
                                             OR (decided.b, decided.a) = (first_id, second_id))
    ON CONFLICT (first_id, second_id) DO NOTHING
"""
OPEN_CHANGED = "SELECT first_id, second_id FROM customers_duplicatepair WHERE state = 'open'"


def compare(search_id: int, mark: int | None, now: Callable[[], datetime]) -> None:
    """Do the search, and end its row; `mark`: compare who changed since with everybody; None: everybody."""
    # Loaded here: DuckDB and splink take memory that no web server, worker or beat should have.
    from customers.duplicates.search import search  # noqa: PLC0415

    changed: set[int] = set()
    doubtful = _open_customers()
    searched = search(_people(mark, changed, doubtful))
    values: dict[str, Any] = {
        "first": numbers(pair.first_id for pair in searched.found),
        "second": numbers(pair.second_id for pair in searched.found),
        "probability": [pair.probability for pair in searched.found],
        "evidence": texts(json.dumps([said._asdict() for said in pair.evidence]) for pair in searched.found),
        "changed": numbers(changed),
        "is_full": mark is None,
        "now": now(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORGET, values)
        cursor.execute(KEEP, values)
        DuplicateSearch.objects.filter(pk=search_id).update(
            state=DuplicateSearch.State.DONE,
            ended_at=now(),
            customers=searched.customers,
            found=cursor.rowcount,
        )


def _open_customers() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN_CHANGED)
        return {customer_id for pair in cursor.fetchall() for customer_id in pair}


def _people(mark: int | None, changed: set[int], doubtful: set[int]) -> Iterator[list[tuple[Person, bool]]]:
    """Everybody in blocks, with who has changed; of the `doubtful` those who have are put into `changed`."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(PEOPLE, {"mark": mark, "after": after, "block": BLOCK})
            rows = cursor.fetchall()
        if not rows:
            return
        changed |= {row[0] for row in rows if row[4]} & doubtful
        yield [(_person(*row[:4]), row[4]) for row in rows]
        after = rows[-1][0]


def _person(customer_id: int, traits: str, email: str | None, phone: str | None) -> Person:
    """With the newest address by which the customer is known, where no trait says one."""
    known = json.loads(traits)
    return person(customer_id, {"email": email, "phone": phone} | known)
