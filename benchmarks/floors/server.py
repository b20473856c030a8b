"""The floor of ingestion and latency: a bare HTTP server that applies calls by hand-written SQL.

`python -m benchmarks.floors.server DATABASE_URL [SMTP_PORT]` prints its port. The least that any program
must do:
parse the JSON, ignore what it has seen, find or make the customer, store the event, remember the traits,
commit,
answer. Calls that arrive while it commits go together into the next commit. With a mail server, each event is
answered by one mail.
"""

import asyncio
import json
import re
import smtplib
import sys
import threading
from typing import Any

import psycopg

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"success":true}'
SCHEMA = """
    DROP TABLE IF EXISTS floor_caller, floor_event, floor_seen;
    CREATE TABLE floor_caller (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL
        UNIQUE,
        email text UNIQUE, traits jsonb NOT NULL DEFAULT '{}', last_seen_at timestamptz NOT NULL);
    CREATE TABLE floor_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL,
        name text NOT NULL, occurred_at timestamptz NOT NULL, properties jsonb NOT NULL);
    CREATE INDEX ON floor_event (customer_id, name, occurred_at);
    CREATE TABLE floor_seen (id text PRIMARY KEY);
"""
FILL = """
    INSERT INTO floor_caller (number, email, last_seen_at)
        SELECT 'c' || n, 'c' || n || '@example.com', now() FROM generate_series(1, %(customers)s) AS n;
    INSERT INTO floor_event (customer_id, name, occurred_at, properties)
        SELECT id, 'Order Completed', now() - make_interval(days => k), '{"total": 10}'
        FROM floor_caller, generate_series(1, 10) AS k
"""
STAGE = """CREATE TEMP TABLE call (place int, message_id text, number text, email text, name text,
    occurred_at timestamptz, body jsonb) ON COMMIT DELETE ROWS"""
COPY = "COPY call FROM STDIN"
APPLY = (
    """WITH known AS (INSERT INTO floor_seen SELECT message_id FROM call ON CONFLICT DO NOTHING RETURNING id)
    DELETE FROM call WHERE NOT EXISTS (SELECT FROM known WHERE id = message_id)""",
    """INSERT INTO floor_caller AS known (number, email, traits, last_seen_at)
    SELECT DISTINCT ON (number) number, email, CASE WHEN name IS NULL THEN body ELSE '{}' END, occurred_at
    FROM call ORDER BY number, name NULLS FIRST, place DESC
    ON CONFLICT (number) DO UPDATE SET traits = known.traits || excluded.traits, last_seen_at =
    excluded.last_seen_at""",
    """INSERT INTO floor_event (customer_id, name, occurred_at, properties)
    SELECT known.id, name, occurred_at, body FROM call JOIN floor_caller AS known USING (number)
    WHERE name IS NOT NULL ORDER BY place""",
)
MAIL = "From: a@example.com\r\nTo: {to}\r\nSubject: A letter\r\n\r\nYour list of the week is ready.\r\n"


def prepare(database_url: str, customers: int) -> None:
    """Bare tables with as many customers as ours."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        for statement in FILL.split(";"):
            connection.execute(statement, {"customers": customers} if "%(" in statement else None)
        connection.execute("VACUUM ANALYZE floor_caller, floor_event")


class Writer:
    """The thread that stores what requests hand over, and then has each answered."""

    def __init__(self, database_url: str, smtp_port: int) -> None:
        self.connection = psycopg.connect(database_url)
        self.connection.execute(STAGE)
        self.connection.commit()
        self.mails = smtplib.SMTP("127.0.0.1", smtp_port) if smtp_port else None
        self.loop = asyncio.get_running_loop()
        self.waiting: list[tuple[Call, list[dict[str, Any]]]] = []
        self.arrived = threading.Condition()
        threading.Thread(target=self.run, daemon=True).start()

    def put(self, call: "Call", calls: list[dict[str, Any]]) -> None:
        """Have these calls stored, and then the request answered."""
        with self.arrived:
            self.waiting.append((call, calls))
            self.arrived.notify()

    def run(self) -> None:
        """Commit after commit."""
        while True:
            with self.arrived:
                self.arrived.wait_for(lambda: self.waiting)
                group, self.waiting = self.waiting, []
            calls = [call for _, each in group for call in each]
            self.store(calls)
            self.loop.call_soon_threadsafe(self.answer, [call for call, _ in group])
            if self.mails:
                for call in calls:
                    to = f"{call['userId']}@example.com"
                    self.mails.sendmail("a@example.com", [to], MAIL.format(to=to))

    def store(self, calls: list[dict[str, Any]]) -> None:
        """All of it in one transaction."""
        cursor = self.connection.cursor()
        with cursor.copy(COPY) as copy:
            for place, call in enumerate(calls):
                traits = call.get("traits", {})
                body = json.dumps(call.get("properties", traits))
                row = (place, call["messageId"], call["userId"], traits.get("email"), call.get("event"))
                copy.write_row((*row, call["timestamp"], body))
        for statement in APPLY:
            cursor.execute(statement)
        self.connection.commit()

    def answer(self, answered: list["Call"]) -> None:
        """200 to each."""
        for call in answered:
            call.transport.write(ANSWER)


class Call(asyncio.Protocol):
    """One connection."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand a whole request on."""
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        length = LENGTH.search(self.buffer, 0, head) if head >= 0 else None
        if length is None or len(self.buffer) < head + 4 + int(length[1]):
            return
        body = json.loads(self.buffer[head + 4 :])
        self.buffer = b""
        self.writer.put(self, body.get("batch") or [body])


async def serve(database_url: str, smtp_port: int) -> None:
    """Answer until stopped."""
    writer = Writer(database_url, smtp_port)
    server = await asyncio.get_running_loop().create_server(lambda: Call(writer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
    except KeyboardInterrupt:
        sys.exit(0)
