"""Simulations in processes of their own, on this test's database."""

import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.db import connection

from config import work
from journeys.models import Journey, Simulation
from journeys.simulate import scratch, services
from journeys.simulate.conduct import MANAGE, conduct
from journeys.simulate.services import ask_simulation, cancel_simulation, start_next
from tests import builders, dying
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, draft, live, step

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMAS = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'simulation%%'"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SUM = "SELECT count(*), coalesce(sum(hashtextextended(row::text, 0)), 0) FROM public.{} AS row"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture(autouse=True)
def of_this_test(monkeypatch):
    """Processes find this test's database; no schema is left, whatever happened."""
    monkeypatch.setenv("DATABASE_URL", dying.database_url())
    yield
    assert asked(SCHEMAS) == [(0,)]


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def sums():
    """What every live table and sequence says, but the row of the simulation itself."""
    tables = [name for (name,) in asked(TABLES) if name != "journeys_simulation"]
    return {name: asked(SUM.format(connection.ops.quote_name(name))) for name in tables} | {
        name: value for name, value in asked(SEQUENCES) if name != "journeys_simulation_id_seq"
    }


def crowd(many=20):
    """Customers who may be written to and order every day, a live journey, and a draft to simulate."""
    content("thanks")
    for number in range(many):
        one = builders.customer(email=f"c{number}@example.com", seen_at=NOON - 30 * DAY)
        builders.consent(one, at=NOON - 30 * DAY)
        for day in range(10):
            builders.event(one, at=NOON - day * DAY - number * HOUR / 2)
    live(
        step("pause", "wait", {"next": "thanks"}, span="P1D"),
        step("thanks", "send_email", content="thanks"),
        slug="other",
        now=NOON - 20 * DAY,
    )
    return draft(step("thanks", "send_email", content="thanks"))


def run(simulation_id):
    """The process that a worker starts."""
    return subprocess.Popen([sys.executable, str(MANAGE), "simulate", str(simulation_id)])


def until(simulation, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition(simulation):
        assert time.monotonic() < deadline, (simulation.state, simulation.error)
        time.sleep(0.05)
        simulation.refresh_from_db()


def test_live_tables_are_untouched_by_a_simulation():
    journey = crowd()
    simulation = ask_simulation(journey.pk, 7, 100, NOON)
    before = sums()

    assert conduct(simulation.pk, lambda: NOON)

    assert sums() == before
    simulation.refresh_from_db()
    assert (simulation.state, simulation.error, simulation.progress) == ("done", "", 1.0)
    assert simulation.result["customers"] == simulation.result["people"] == 20


def test_a_session_of_a_simulation_sees_no_live_table():
    crowd(1)
    made = scratch.Scratch("simulation_0_with")
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA simulation_0_with")
    script = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "from journeys.models import Enrollment, Journey\n"
        "from journeys.simulate.leg import enter\n"
        f"enter('{made.name}')\n"
        "from django.db import ProgrammingError\n"
        "rename = lambda: Journey.objects.update(name='gone')\n"
        "for act in (Journey.objects.count, rename, Enrollment.objects.create):\n"
        "    try:\n"
        "        act()\n"
        "    except ProgrammingError as error:\n"
        "        assert 'does not exist' in str(error)\n"
        "    else:\n"
        "        raise AssertionError(act)\n"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=MANAGE.parent, check=False, timeout=60)

    scratch.drop(made.name)
    assert done.returncode == 0
    assert not Journey.objects.filter(name="gone").exists()


def test_a_simulation_that_is_cancelled_is_killed_within_seconds():
    journey = crowd(60)
    simulation = ask_simulation(journey.pk, 90, 100, NOON)
    process = run(simulation.pk)
    until(simulation, lambda row: row.progress > 0)

    assert cancel_simulation(simulation.pk, NOON)
    process.wait(timeout=5)

    simulation.refresh_from_db()
    assert (simulation.state, simulation.result) == ("cancelled", None)
    assert asked(SCHEMAS) == [(0,)]
    assert not cancel_simulation(simulation.pk, NOON)


def test_a_draft_that_can_not_be_published_any_more_fails_in_words():
    journey = crowd(1)
    simulation = ask_simulation(journey.pk, 1, 10, NOON)
    simulation.draft["steps"][0]["settings"]["content"] = "gone"
    simulation.save()

    conduct(simulation.pk, lambda: NOON)

    simulation.refresh_from_db()
    assert simulation.state == "failed"
    assert "steps.thanks.settings.content: there is no content 'gone'" in simulation.error


def test_two_that_are_asked_for_run_one_after_the_other():
    journey = crowd(1)
    first, second = (ask_simulation(journey.pk, 1, 10, NOON) for _ in range(2))
    process = run(first.pk)
    until(first, lambda row: row.state != "queued")

    assert not conduct(second.pk, lambda: NOON)

    assert process.wait(timeout=60) == 0
    assert conduct(second.pk, lambda: NOON)
    for simulation in (first, second):
        simulation.refresh_from_db()
        assert simulation.state == "done"
    assert first.result | {"seconds": 0} == second.result | {"seconds": 0}


def drawn(seed):
    schema = scratch.Scratch("simulation_0_with")
    schema.make()
    schema.draw(5, seed, NOON)
    ids = {pk for (pk,) in asked(f"SELECT customer_id FROM {schema.name}.{scratch.SAMPLED}")}
    scratch.drop(schema.name)
    return ids


def test_the_same_seed_draws_the_same_customers_and_another_one_others():
    crowd(40)

    assert drawn(1) == drawn(1) != drawn(2)
    assert len(drawn(2)) == 5


def test_the_work_starts_what_waits_and_settles_until_nothing_is_left(monkeypatch):
    started = []
    monkeypatch.setattr(services, "_start", started.append)
    journey = crowd(1)
    first, second = (ask_simulation(journey.pk, 1, 10, NOON) for _ in range(2))

    assert work.settle(NOON)["journeys.simulate"] == 1
    assert start_next(NOON) == 0  # it was started a moment ago

    assert started == [first.pk]
    conduct(first.pk, lambda: NOON)
    start_next(NOON)
    assert started == [first.pk, second.pk]


def test_what_died_is_cleared_away():
    journey = crowd(1)
    lost = ask_simulation(journey.pk, 1, 10, NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journeys_simulation SET state = 'running', beat_at = now() - interval '2 minutes'"
        )
        cursor.execute(f"CREATE SCHEMA {scratch.scratch_name(lost.pk, 'with')}")

    assert start_next(NOON) == 1

    lost.refresh_from_db()
    assert (lost.state, lost.ended_at) == ("failed", NOON)
    assert lost.error
    assert asked(SCHEMAS) == [(0,)]


def test_the_command_says_what_it_can_not_do():
    with pytest.raises(Exception, match="There is no simulation 7"):
        call_command("simulate", 7)
    simulation = ask_simulation(crowd(1).pk, 1, 10, NOON)
    cancel_simulation(simulation.pk, NOON)
    with pytest.raises(Exception, match="does not wait any more"):
        call_command("simulate", simulation.pk)
    assert Simulation.objects.get().state == "cancelled"
