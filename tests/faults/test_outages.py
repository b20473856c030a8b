"""PostgreSQL and Valkey go away and come back, while a shop calls and mails go out."""

import os
import signal

import pytest

from customers.models import Event
from tests.faults import people, truth
from tests.faults.caller import Caller
from tests.faults.servers import UNHURRIED
from tests.faults.tier import die, sized

pytestmark = pytest.mark.faults
BATCH, PROCESSES = 200, 2
RECONNECT = 30  # seconds
CATCH_UP = 60


def start(sette, **told):
    sette.start_beat()
    sette.start_worker(PROCESSES, **told)
    sette.start_web()
    sette.wait_for_workers()
    sette.wait_for_web()


def all_took_effect_once(caller):
    """Every accepted call, and no other, is one event."""
    told = sorted(Event.objects.filter(name="Go").values_list("message_id", flat=True))
    return told == sorted(caller.accepted)


def test_postgresql_that_stops_at_once_or_ends_sessions_loses_nothing(sette, told):
    stops, ended = sized((2, 50), (20, 500))
    chance = die("postgresql")
    customers = people.make_customers(sized(200, 3_000))
    people.two_mails()
    start(sette)
    with Caller(sette, customers, every=0.02) as caller:
        for turn in range(stops):
            sette.run_for(chance.uniform(0.3, 1.5))
            killed = 0
            while killed < ended // stops * (turn + 1) - ended // stops * turn:
                killed += sette.servers.terminate_some(sette.database, chance.randint(1, 5))
                sette.run_for(chance.uniform(0.02, 0.2))
            sette.servers.kill_postgres()
            sette.run_for(chance.uniform(0.1, 1.5))
        sette.wait(lambda: caller.is_done, 180)

    seconds = sette.wait(sette.is_quiet, RECONNECT)

    found = truth.check(sette.servers.store, uncertain=stops * PROCESSES * BATCH)
    assert all_took_effect_once(caller)
    assert found.sent + found.uncertain == 2 * len(customers)
    assert set(caller.answers) <= {200, 503, 0}
    assert caller.longest < RECONNECT
    told(
        "PostgreSQL stopped at once; sessions ended",
        f"{stops} stops, {ended} sessions",
        uncertain=found.uncertain,
        longest_call=f"{caller.longest:.1f} s",
        caught_up=f"{seconds:.1f} s",
    )


def test_valkey_that_is_emptied_frozen_or_away_loses_nothing_and_calls_are_accepted(sette, told):
    times, away = sized((5, 6), (20, 600))
    chance = die("valkey")
    customers = people.make_customers(sized(200, 3_000))
    people.two_mails()
    start(sette, **UNHURRIED)
    with Caller(sette, customers, every=sized(0.04, 0.22)) as caller:
        for _ in range(times):
            sette.run_for(chance.uniform(0.2, 1))
            sette.servers.redis.flushall()
        os.kill(sette.servers.valkey.pid(), signal.SIGSTOP)
        sette.run_for(3)
        os.kill(sette.servers.valkey.pid(), signal.SIGCONT)
        sette.tends_servers = False
        sette.servers.stop_valkey()
        sette.run_for(away)
        sette.tends_servers = True
        back = sette.wait(lambda: sette.servers.valkey.pid() is not None, 20)
        sette.wait(lambda: caller.is_done, 900)

    seconds = sette.wait(sette.is_quiet, CATCH_UP)

    found = truth.check(sette.servers.store)
    assert all_took_effect_once(caller)
    assert found.sent == 2 * len(customers)
    assert set(caller.answers) == {200}
    told(
        "Valkey emptied, frozen, away",
        f"{times} FLUSHALL, {away} s away",
        longest_call=f"{caller.longest:.1f} s",
        caught_up=f"{back + seconds:.1f} s",
    )
