"""The floor of journey_mails: claim, render, sign, send, mark; twice, with the wait of a second between.

The mails are the same as ours, letter by letter of their texts. The least that any program must do: two
processes, no checks and no caps, what is being sent committed before (a crash sends nothing twice), a
template compiled once, a mail filled into its skeleton, SMTP over one open connection each.
"""

import hashlib
import socket
import time
from base64 import urlsafe_b64encode
from typing import NamedTuple

import psycopg
from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

LIMIT = 200  # as many as ours takes
MAIL = (
    "From: a@example.com\r\nTo: {to}\r\nSubject: A letter for {name}\r\nMessage-ID: <{id}@example.com>\r\n"
    "List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=edge\r\n\r\n"
    "--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    "--edge\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--edge--\r\n.\r\n"
)
SCHEMA = """
    DROP TABLE IF EXISTS floor_walk, floor_mail, floor_reader;
    CREATE TABLE floor_reader (id bigint PRIMARY KEY, email text NOT NULL, traits jsonb NOT NULL);
    CREATE TABLE floor_walk (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL,
        step int NOT NULL, due_at timestamptz);
    CREATE INDEX ON floor_walk (due_at, id) WHERE due_at IS NOT NULL;
    CREATE TABLE floor_mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, public_id uuid NOT NULL
        UNIQUE DEFAULT gen_random_uuid(), walk_id bigint NOT NULL, customer_id bigint NOT NULL,
        step int NOT NULL, sent_at timestamptz);
    CREATE INDEX ON floor_mail (customer_id, sent_at);
    CREATE UNIQUE INDEX ON floor_mail (walk_id, step);
"""
FILL = """
    INSERT INTO floor_reader SELECT id, 'c' || id || '@example.com', '{"first_name": "Mara", "city": "Roma"}'
    FROM generate_series(1, %s) AS id
"""
ENTER = "INSERT INTO floor_walk (customer_id, step, due_at) SELECT id, 1, clock_timestamp() FROM floor_reader"
CLAIM = """
    WITH walk AS MATERIALIZED (
        SELECT id, customer_id, step FROM floor_walk WHERE due_at <= clock_timestamp()
        ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE floor_walk SET step = floor_walk.step + 1,
            due_at = CASE WHEN floor_walk.step = 1 THEN clock_timestamp() + interval '1 second' END
        FROM walk WHERE floor_walk.id = walk.id
    ), mail AS (
        INSERT INTO floor_mail (walk_id, customer_id, step) SELECT id, customer_id, step FROM walk
        RETURNING id, public_id, customer_id
    )
    SELECT mail.id, public_id, email, traits ->> 'first_name'
    FROM mail JOIN floor_reader ON floor_reader.id = customer_id
"""
MARK = "UPDATE floor_mail SET sent_at = clock_timestamp() WHERE id = ANY(%s)"
LEFT = "SELECT EXISTS (SELECT FROM floor_walk WHERE due_at IS NOT NULL)"


def fill(database_url: str, customers: int) -> None:
    """Bare tables, nobody inside yet."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute(FILL, [customers])
        connection.execute("VACUUM ANALYZE floor_reader")


class Letter(NamedTuple):
    """The compiled templates of a mail; marketers write them, so they run in Jinja's sandbox."""

    html: Template
    text: Template


def compile_letter(html: str, text: str) -> Letter:
    """Once for all mails."""
    return Letter(_environment(autoescape=True).from_string(html), _environment().from_string(text))


def _environment(*, autoescape: bool = False) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(autoescape=autoescape)
    environment.filters["click"] = _signed
    return environment


def work_through(database_url: str, smtp_port: int, letter: Letter, number: int) -> None:
    """One worker, until nobody is left; the first lets all customers in."""
    with (
        psycopg.connect(database_url) as connection,
        socket.create_connection(("127.0.0.1", smtp_port)) as server,
    ):
        replies = server.makefile("rb")
        replies.readline()
        if number == 0:
            connection.execute(ENTER)
            connection.commit()
        while _batch(connection, server, replies, letter) or _is_anybody_left(connection):
            pass


def _is_anybody_left(connection: psycopg.Connection) -> bool:
    time.sleep(0.005)
    row = connection.execute(LEFT).fetchone()
    connection.commit()
    return bool(row and row[0])


def _batch(
    connection: psycopg.Connection, server: socket.socket, replies: "socket.SocketIO", letter: Letter
) -> int:
    rows = connection.execute(CLAIM, [LIMIT]).fetchall()
    connection.commit()
    for _, public_id, email, name in rows:
        server.sendall(f"MAIL FROM:<a@example.com>\r\nRCPT TO:<{email}>\r\nDATA\r\n".encode())
        unsubscribe = _signed(f"https://example.com/u/{public_id}")
        context = {
            "customer": {"first_name": name},
            "brand": {"name": "Bench"},
            "message": {
                "unsubscribe_url": unsubscribe,
                "open_url": _signed(f"https://example.com/o/{public_id}"),
            },
        }
        html, text = letter.html.render(context), letter.text.render(context)
        mail = MAIL.format(to=email, name=name, id=public_id, unsubscribe=unsubscribe, text=text, html=html)
        _expect(replies, 3)
        server.sendall(mail.encode("ascii", "xmlcharrefreplace"))
        _expect(replies, 1)
    if rows:
        connection.execute(MARK, [[row[0] for row in rows]])
    connection.commit()
    return len(rows)


def _expect(replies: "socket.SocketIO", count: int) -> None:
    for _ in range(count):
        if replies.readline()[:1] not in {b"2", b"3"}:
            raise RuntimeError("The sink refused a mail.")


def _signed(url: str) -> str:
    mac = hashlib.blake2b(url.encode(), digest_size=12, key=b"floor").digest()
    return f"{url}/{urlsafe_b64encode(mac).decode()}"
