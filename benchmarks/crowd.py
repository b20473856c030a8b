"""Very many customers, for what is asked of all of them at once: each with three traits and six events.

Rows come set-wise, foreign keys unchecked, the events in the order in which they happened; the index over
them is made at the end, as PostgreSQL does it fastest. Everything is drawn by hashes: each run has the same
people.
"""

from datetime import datetime

from django.db import connection, transaction

from benchmarks.history import TABLES, tidy
from customers.models import Event, Segment, Stage

EVENTS_OF_EACH = 6
CITIES = 20
OF_CUSTOMER = "event_of_customer"
CUSTOMERS = """
    INSERT INTO customers_customer (id, traits, country, time_zone, first_seen_at, last_seen_at)
    SELECT n, jsonb_build_object('city', 'City ' || n %% %(cities)s, 'kids_count', n %% 4,
            'birthday', to_char(date '1960-01-01' + (abs(hashint8(n)) %% 16000), 'YYYY-MM-DD')),
        (ARRAY['IT', 'FR'])[1 + n %% 2], 'Europe/Rome', %(now)s::timestamptz - interval '360 days',
        %(now)s::timestamptz - make_interval(secs => abs(hashint8(-n)) %% 31000000)
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
IDENTITIES = """
    INSERT INTO customers_identity (customer_id, kind, value, created_at)
    SELECT n, 'external_id', 'c' || n, %(now)s FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
CONSENTS = """
    INSERT INTO customers_consent (customer_id, channel, topic, is_granted, source, wording, changed_at)
    SELECT n, 'email', '', n %% 5 > 0, 'form', '', %(now)s
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
EVENTS = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT n, (ARRAY['Order Completed', 'Order Completed', 'Product Viewed', 'Product Viewed',
                     'Product Added', '$message_opened'])[1 + drawn / 7 %% 6], at, at,
        jsonb_build_object('total', 10 + drawn %% 90, 'discount', drawn %% 3, 'category',
                           'Category ' || drawn %% 12, 'order', n * 10 + k)
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, generate_series(0, 5) AS k,
        LATERAL (SELECT abs(hashint8(n * 6 + k)::bigint) AS drawn) AS chance,
        LATERAL (SELECT %(now)s::timestamptz - make_interval(secs => drawn %% 31000000) AS at) AS moment
    ORDER BY at
"""
CLEAR = f"TRUNCATE {TABLES}, customers_mergedcustomer, customers_tombstone CASCADE"
NUMBERED = "SELECT setval('customers_customer_id_seq', %(last)s::bigint)"


def clear() -> None:
    """Nobody is there any more, and nothing that would be asked of them."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)
    Segment.objects.all().delete()
    Stage.objects.update(rule={}, changed_at=None, rebuilt_at=None, rebuilt_to=0)


def gather(first: int, last: int, now: datetime) -> None:
    """Customers whose ids are `first` to `last`; each has the number `c<id>`. Nobody has been classified."""
    values = {"first": first, "last": last, "now": now, "cities": CITIES}
    index = next(index for index in Event._meta.indexes if index.name == OF_CUSTOMER)  # noqa: SLF001 - Django's API
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL work_mem = '512MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        with connection.schema_editor() as schema:
            schema.remove_index(Event, index)
            for statement in (CUSTOMERS, IDENTITIES, CONSENTS, EVENTS, NUMBERED):
                cursor.execute(statement, values)
            schema.add_index(Event, index)
    tidy()
