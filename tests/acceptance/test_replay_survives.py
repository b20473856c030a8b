"""A shop's weeks are replayed while everything is killed that can be: the end is the same as without."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import process
from sandbox.receivers.store import FILE, Store
from sandbox.sample import grocer
from tests.serving import MINE, ROOT, Serve

HOUSEHOLDS = {f"household-{number}" for number in range(1, 2500, 40)}
CALLS = 1200
NAME = "weeks"
PROGRESS = """
    SELECT extract(epoch FROM reached_at - starts_at) / extract(epoch FROM ends_at - starts_at)
    FROM sandbox_replay WHERE name = %s
"""
SUMMARY = "SELECT summary FROM sandbox_replay WHERE name = %s"
# What became of the messages; one counts alike whether its answer came or was lost with a killed process. Not
# of journeys that draw lots: a customer has another id in each installation, and so another lot.
FATES = """
    WITH drawing AS (
        SELECT id FROM journeys_journeyversion WHERE graph ? 'holdout' OR EXISTS (
            SELECT FROM jsonb_array_elements(graph -> 'steps') AS step
            WHERE step ->> 'kind' IN ('split', 'holdout')))
    SELECT coalesce(journey.slug, message.source), message.step, message.channel, fate.is_sent,
           CASE WHEN fate.is_sent THEN '' ELSE message.state || ' ' || message.reason END, count(*)
    FROM channels_message message
    CROSS JOIN LATERAL (SELECT message.state IN ('sent', 'uncertain') AS is_sent) AS fate
    LEFT JOIN journeys_journeyversion version ON message.source = 'journey' AND version.id = message.source_id
    LEFT JOIN journeys_journey journey ON journey.id = version.journey_id
    WHERE version.id IS NULL OR version.id NOT IN (SELECT id FROM drawing)
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
DRAWN = {"messages", "orders_after_messages", "held_by_caps", "dropped_by_caps"}  # of a summary, by lots too
# The lease is short, so that what a killed process was sending is settled within seconds.
QUICK = {"SETTE_LEASE_SECONDS": "4", "SETTE_PROVIDER_TIMEOUT_SECONDS": "2"}


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("log") / f"{NAME}.jsonl"
    some = [call for call in grocer.calls(weeks=400) if call["userId"] in HOUSEHOLDS][:CALLS]
    path.write_text("".join(json.dumps(call) + "\n" for call in some))
    return path


class Rehearsal:
    """One run of `serve` that replays the log, and what it left."""

    def __init__(self, var: Path, log: Path) -> None:
        words = f"replay --events {log} --shop --step 12"
        self.serve = Serve(var, "--then", words, **QUICK)
        self.serve.wait_for("Ctrl-C stops it", 120)
        self.facts = json.loads((var / "sandbox.json").read_text())

    def progress(self) -> float:
        """How far the replay is, 0 to 1; 0 also while the database is away."""
        try:
            with psycopg.connect(self.facts["database_url"], connect_timeout=2) as connection:
                row = connection.execute(PROGRESS, [NAME]).fetchone()
        except psycopg.Error:
            return 0.0
        return float(row[0]) if row else 0.0

    def wait_until(self, share: float) -> None:
        assert process.wait_until(lambda: self.progress() >= share, 180), "".join(self.serve.lines)

    def finish(self) -> tuple[dict, list[tuple]]:
        """Wait for the end; returns the summary, and what became of the messages."""
        self.serve.wait_for("replay has ended well", 240)
        with psycopg.connect(self.facts["database_url"]) as connection:
            summary = connection.execute(SUMMARY, [NAME]).fetchone()[0]
            return summary, connection.execute(FATES).fetchall()

    def invariants(self) -> dict[str, int]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(MINE)}
        environment |= {"SETTE_VAR": str(self.serve.var), **QUICK}
        told = subprocess.run(
            [sys.executable, "manage.py", "invariants", "--json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(told.stdout)

    def mails(self) -> Counter[str]:
        store = Store(self.serve.var / FILE)
        return Counter(mail.message_id for mail in store.newest(kind="email", limit=10_000))

    def kill(self, name: str) -> Callable[[], None]:
        """What kills one part at once."""
        if name in {"postgres", "valkey"}:
            server = getattr(embedded, name)(self.serve.var)
            return lambda: process.send(server.pid(), signal.SIGKILL)
        return lambda: process.send(self.serve.groups()[name], signal.SIGKILL)


def certain(summary: dict) -> dict:
    """What no lot decides."""
    return {name: said for name, said in summary.items() if name not in DRAWN}


@pytest.mark.faults
@pytest.mark.acceptance
def test_replay_ends_the_same_whatever_is_killed_in_the_middle(tmp_path, log):
    undisturbed = Rehearsal(tmp_path / "calm", log)
    expected, fates = undisturbed.finish()
    assert undisturbed.invariants() == dict.fromkeys(undisturbed.invariants(), 0)
    undisturbed.serve.stop(signal.SIGTERM)

    disturbed = Rehearsal(tmp_path / "storm", log)
    victims = ["replay", "postgres", "valkey", "worker", "replay", "postgres"]
    for number, victim in enumerate(victims, start=1):
        disturbed.wait_until(number / (len(victims) + 2))
        disturbed.kill(victim)()
    summary, disturbed_fates = disturbed.finish()

    assert certain(summary) == certain(expected)
    assert disturbed_fates == fates
    assert sum(row[-1] for row in fates) > 300
    assert summary["messages"].get("uncertain", {}).get("email", 0) <= len(victims) * 50
    assert disturbed.invariants() == dict.fromkeys(disturbed.invariants(), 0)
    assert [mail for mail, times in disturbed.mails().items() if times > 1] == []
    assert sum(summary["messages"]["sent"].values()) > 100
    disturbed.serve.stop(signal.SIGTERM)
