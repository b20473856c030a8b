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


@pytest.mark.django_db
def test_settle_goes_by_wake_ups_and_asks_before_the_end(monkeypatch):
    monkeypatch.setattr(work, "_known", {})
    execute(
        "CREATE TEMPORARY TABLE waiting ON COMMIT DROP AS SELECT 'drain' AS name FROM generate_series(1, 4)"
    )
    ran: list[str] = []

    def piece(name: str, feeds: str, *, wakes: bool) -> None:
        def run(_now: datetime) -> int:
            ran.append(name)
            if feeds:
                execute("INSERT INTO waiting VALUES (%s)", feeds)
            if wakes:
                work.wake(feeds)
            return execute(
                "DELETE FROM waiting WHERE ctid IN (SELECT ctid FROM waiting WHERE name = %s LIMIT 3)", name
            )

        due = f"EXISTS (SELECT FROM waiting WHERE name = '{name}')"
        work.register(name, order=len(work.pieces()), run=run, due=due, batch=3)

    piece("reap", "", wakes=False)
    piece("drain", "listen", wakes=True)
    piece("listen", "reap", wakes=False)

    asked: list[datetime] = []
    due = work.due
    monkeypatch.setattr(work, "due", lambda loop, now: asked.append(now) or due(loop, now))

    moved = work.settle(NOON)

    assert ran == ["drain", "drain", "listen", "reap"]
    assert moved == {"drain": 4, "listen": 2, "reap": 1}
    assert asked == [NOON] * 3


@pytest.mark.django_db
def test_a_worker_ends_with_a_batch_that_leaves_nothing_and_goes_on_where_it_woke_itself(monkeypatch):
    monkeypatch.setattr(work, "_known", {})
    batches = [2, 1, 1, 5]
    sent: list[str] = []

    def run(_now: datetime) -> int:
        moved = batches.pop(0)
        if len(batches) == 2:
            work.wake("drain")
        return moved

    monkeypatch.setattr(work, "_send", sent.append)
    work.register("drain", order=1, run=run, due="true", batch=2)

    assert work.perform("drain") == 4
    assert (batches, sent) == ([5], [])
