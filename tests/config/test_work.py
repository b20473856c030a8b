import time
from datetime import datetime

import pytest
from django.db import connection

from config import work
from tests.builders import NOON


def shown(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_redoable_work_alone_does_not_wait_for_the_disk():
    before = shown("synchronous_commit")
    with work.redoable():
        within = shown("synchronous_commit")

    assert (before, within, shown("synchronous_commit")) == ("on", "off", "on")


def execute(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


@pytest.mark.django_db
def test_settle_goes_round_until_nothing_moves_and_gives_up_what_is_stuck(monkeypatch):
    monkeypatch.setattr(work, "_known", {})
    execute("CREATE TEMPORARY TABLE waiting (name, many) ON COMMIT DROP AS VALUES ('drain', 2), ('reap', 1)")
    ran: list[str] = []

    def piece(name: str, *, feeds: str = "") -> None:
        def run(now: datetime) -> int:
            assert now == NOON
            ran.append(name)
            if feeds:
                execute("INSERT INTO waiting VALUES (%s, 1)", feeds)
            return execute(
                "DELETE FROM waiting WHERE name = %s AND many = 1 AND name <> 'reap'", name
            ) or execute("UPDATE waiting SET many = many - 1 WHERE name = %s AND many > 1", name)

        due = f"EXISTS (SELECT FROM waiting WHERE name = '{name}')"
        work.register(name, order=len(work.pieces()), run=run, due=due)

    piece("drain", feeds="listen")
    piece("listen")
    piece("reap")  # due, and never able

    moved = work.settle(NOON)

    assert ran == ["drain", "drain", "listen", "reap"]
    assert moved == {"drain": 2, "listen": 2}


@pytest.mark.django_db
def test_a_piece_that_never_ends_lets_the_others_have_their_turn(monkeypatch):
    handed_over: list[str] = []
    monkeypatch.setattr(work, "_known", {})
    monkeypatch.setattr(work, "wake", handed_over.append)
    work.register("drain", order=1, run=lambda _now: 1, due="true")

    started = time.monotonic()
    moved = work.perform("drain")

    assert moved > 0
    assert handed_over == ["drain"]
    assert work.BUDGET <= time.monotonic() - started < 5
