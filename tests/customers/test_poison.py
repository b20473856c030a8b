"""Rows that end what works on them: the process, or the database's backend."""

import signal
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection

from customers import inbox
from customers.inbox import ENDED, accept, drain
from customers.models import Event, InboxRow
from customers.pace import Pace
from tests import dying
from tests.builders import NOON
from tests.customers.calls import call

HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def end_process(now: datetime) -> bool:
    """Drain in a process of its own; whether it came to its end by itself."""
    code = dying.run("tests.customers.dying_drainer", now.isoformat())
    assert code in (0, -signal.SIGKILL)
    return code == 0


@pytest.fixture
def end_backend(monkeypatch):
    """Drain here, where a poisonous call ends the connection's backend."""
    whole = inbox.apply_calls

    def mortal(batch, now):
        if any(received.call.event == "Poison" for received in batch):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return whole(batch, now)

    monkeypatch.setattr(inbox, "apply_calls", mortal)
    monkeypatch.setattr(inbox, "_pace", Pace(1 << 20))

    def end(now: datetime) -> bool:
        try:
            while drain(now):
                pass
        except OperationalError:
            connection.close()
            return False
        return True

    return end


def deaths(end: Callable[[datetime], bool], now: datetime) -> int:
    """How often the drainer ends before nothing is left to do at `now`."""
    return next(count for count in range(20) if end(now))


@pytest.mark.parametrize("how", ["process", "backend"])
def test_row_that_ends_its_drainer_delays_only_itself_and_is_parked(how, request):
    end = end_process if how == "process" else request.getfixturevalue("end_backend")
    accept([call(external_id=f"u{n}", event="Poison" if n == 20 else "Fine") for n in range(40)], None, NOON)

    assert deaths(end, NOON) in range(1, 10)
    row = InboxRow.objects.get()
    assert (row.attempts, row.state, row.error) == (1, "pending", ENDED)
    assert Event.objects.filter(name="Fine").count() == 39

    assert [deaths(end, NOON + hours * HOUR) in (1, 2) for hours in (1, 2, 3, 4)] == [True] * 4
    row.refresh_from_db()
    assert (row.attempts, row.state, row.error) == (5, "parked", ENDED)
    assert deaths(end, NOON + 5 * HOUR) == 0


def test_row_that_a_careful_process_can_not_apply_is_counted_once(monkeypatch):
    def burn(*_args):
        raise RuntimeError("it burns")

    monkeypatch.setattr(inbox, "apply_calls", burn)
    monkeypatch.setattr(inbox, "_pace", Pace())
    accept([call(external_id="u1")], None, NOON)

    assert drain(NOON) == 1
    row = InboxRow.objects.get()
    assert (row.attempts, row.state, row.error) == (1, "pending", "RuntimeError: it burns")


def test_careful_process_drains_all_in_one_go(monkeypatch):
    monkeypatch.setattr(inbox, "_pace", Pace())
    accept([call(external_id=f"u{n}") for n in range(40)], None, NOON)

    assert drain(NOON) == 40
    assert InboxRow.objects.count() == 0
