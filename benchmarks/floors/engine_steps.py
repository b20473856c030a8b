"""The floor of engine_steps: bare SQL that takes rows through branch → wait → branch → end, 1,000 at a time.

The least that any program must do: claim what is due, ask one trait of the customer for a branch, update
the row, insert the rows of the step log. No Python per row, one statement for a batch, three indexes.
"""

import json
from collections.abc import Sequence

import psycopg

TRAITS = {"first_name": "Mara", "last_name": "Conti", "orders": 4, "newsletter": True}
SCHEMA = """
    DROP TABLE IF EXISTS floor_log, floor_enrollment, floor_customer;
    CREATE TABLE floor_customer (id bigint PRIMARY KEY, traits jsonb NOT NULL);
    CREATE TABLE floor_enrollment (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, journey_id bigint NOT NULL, version_id bigint
        NOT NULL,
        customer_id bigint NOT NULL, step text NOT NULL, visit int NOT NULL, reached_at timestamptz NOT NULL,
        due_at timestamptz, ended_at timestamptz);
    CREATE TABLE floor_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, enrollment_id bigint NOT NULL, customer_id
        bigint NOT NULL,
        version_id bigint NOT NULL, step text NOT NULL, visit int NOT NULL, branch text NOT NULL,
        reached_at timestamptz NOT NULL, left_at timestamptz NOT NULL);
    CREATE INDEX ON floor_enrollment (due_at, id) WHERE ended_at IS NULL;
    CREATE UNIQUE INDEX ON floor_enrollment (journey_id, customer_id) WHERE ended_at IS NULL;
"""
FILL = """
    INSERT INTO floor_customer SELECT id, %(traits)s::jsonb || jsonb_build_object('city',
        CASE id %% 2 WHEN 0 THEN 'Roma' ELSE 'Milano' END) FROM generate_series(1, %(customers)s) AS id
"""
ENROLL = """
    INSERT INTO floor_enrollment (journey_id, version_id, customer_id, step, visit, reached_at, due_at)
    SELECT 1, 1, id, 'first', 1, %(now)s, %(now)s FROM floor_customer
"""
FIRST = """
    WITH claimed AS MATERIALIZED (
        SELECT id, customer_id, version_id, visit, reached_at FROM floor_enrollment
        WHERE ended_at IS NULL AND due_at <= %(now)s ORDER BY due_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), decided AS MATERIALIZED (
        SELECT claimed.*, CASE WHEN traits ->> 'city' = 'Roma' THEN 'roman' ELSE 'else' END AS branch
        FROM claimed JOIN floor_customer ON floor_customer.id = customer_id
    ), moved AS (
        UPDATE floor_enrollment row SET step = 'pause', visit = row.visit + 1, reached_at = %(now)s,
            due_at = %(now)s + interval '1 day'
        FROM decided WHERE row.id = decided.id
    )
    INSERT INTO floor_log (enrollment_id, customer_id, version_id, step, visit, branch, reached_at, left_at)
    SELECT id, customer_id, version_id, 'first', visit, branch, reached_at, %(now)s FROM decided
"""
SECOND = """
    WITH claimed AS MATERIALIZED (
        SELECT id, customer_id, version_id, visit, reached_at FROM floor_enrollment
        WHERE ended_at IS NULL AND due_at <= %(now)s ORDER BY due_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), decided AS MATERIALIZED (
        SELECT claimed.*, CASE WHEN traits ->> 'city' = 'Roma' THEN 'roman' ELSE 'else' END AS branch
        FROM claimed JOIN floor_customer ON floor_customer.id = customer_id
    ), moved AS (
        UPDATE floor_enrollment row SET step = 'second', visit = row.visit + 1, reached_at = %(now)s,
            due_at = NULL, ended_at = %(now)s
        FROM decided WHERE row.id = decided.id
    )
    INSERT INTO floor_log (enrollment_id, customer_id, version_id, step, visit, branch, reached_at, left_at)
    SELECT id, customer_id, version_id, 'pause', visit, 'next', reached_at, %(now)s FROM decided
    UNION ALL
    SELECT id, customer_id, version_id, 'second', visit + 1, branch, %(now)s, %(now)s FROM decided
"""
ROUNDS: Sequence[tuple[str, str]] = ((FIRST, "2025-03-03 12:00+00"), (SECOND, "2025-03-04 12:00+00"))


def fill(database_url: str, customers: int) -> None:
    """Bare tables, and one enrollment for each customer, due."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute(FILL, {"customers": customers, "traits": json.dumps(TRAITS)})
        connection.execute(ENROLL, {"now": ROUNDS[0][1]})
        connection.execute("VACUUM ANALYZE floor_enrollment, floor_customer")


def work_through(database_url: str, number: int) -> None:
    """One worker: take round `number` of all rows until nothing is due."""
    statement, now = ROUNDS[number]
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(statement, {"now": now}).rowcount:
            pass
