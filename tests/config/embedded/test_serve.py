"""`manage.py serve` as a person runs it: all comes up, survives its parts' deaths, leaves nothing behind."""

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import process
from config.embedded.parts import ROOT
from tests.serving import Serve

PARTS = ["beat", "receivers", "web", "worker"]


@pytest.fixture
def var() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sette-serve-") as folder:
        yield Path(folder) / "var"


def left_over(serve: Serve, groups: dict[str, int]) -> list[object]:
    """What still runs of a `serve`: groups of children, servers."""
    running: list[object] = [name for name, group in groups.items() if process.group_runs(group, "")]
    servers = (embedded.postgres(serve.var), embedded.valkey(serve.var))
    return running + [server.name for server in servers if server.pid() is not None]


@pytest.mark.faults
def test_serve_comes_up_survives_deaths_and_stops_whole(var):
    serve = Serve(var, "--then", "check")
    serve.wait_for("Ctrl-C stops it")
    serve.wait_for("check has ended well")

    facts = json.loads((var / "sandbox.json").read_text())
    assert (var / "sandbox.json").stat().st_mode & 0o777 == 0o600
    assert facts["url"] == f"http://127.0.0.1:{serve.port}"
    assert serve.answers() == 200
    with smtplib.SMTP("127.0.0.1", facts["smtp_port"], timeout=10) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: x\r\n\r\nx")
    with urllib.request.urlopen(facts["receiver_url"] + "/counts", timeout=10) as answer:
        assert json.loads(answer.read())["counts"] == {"email": 1}

    before = serve.groups()
    assert sorted(before) == PARTS
    for group in before.values():
        process.send(group, signal.SIGKILL)
    for server in (embedded.postgres(var), embedded.valkey(var)):
        process.send(server.pid(), signal.SIGKILL)
    assert process.wait_until(
        lambda: sorted(serve.groups()) == PARTS and not set(serve.groups().values()) & set(before.values()),
        20,
    ), "".join(serve.lines)
    assert process.wait_until(lambda: is_up(serve), 30), "".join(serve.lines)

    groups = serve.groups()
    assert serve.stop(signal.SIGINT) == 0
    assert left_over(serve, before | groups) == []


@pytest.mark.faults
def test_serve_uses_the_servers_that_the_environment_names(var):
    theirs = var.with_name("theirs")
    with embedded.running(theirs, tied=True):
        urls = {
            "DATABASE_URL": embedded.database_url(theirs),
            "REDIS_URL": embedded.redis_url(theirs),
            "EMAIL_URL": "smtp://127.0.0.1:2525",
        }
        serve = Serve(var, **urls)
        serve.wait_for("Ctrl-C stops it")

        facts = json.loads((var / "sandbox.json").read_text())
        assert (facts["database_url"], facts["redis_url"]) == (urls["DATABASE_URL"], urls["REDIS_URL"])
        with psycopg.connect(urls["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM channels_channel").fetchone() == (4,)
        assert sorted(serve.groups()) == PARTS
        assert serve.stop(signal.SIGINT) == 0
        assert left_over(serve, serve.groups()) == []
        assert [(var / name).exists() for name in ("postgres", "valkey", "sockets")] == [False] * 3
        assert embedded.postgres(theirs).answers()


def test_serve_loads_neither_the_pages_nor_a_driver():
    """It stays for as long as Sette runs, and only tends the others."""
    asked = "import sys, config.serve; from django.conf import settings; settings.VAR; print(*sys.modules)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    loaded = subprocess.run(
        [sys.executable, "-c", asked], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert {"django.urls", "django.template", "psycopg", "redis", "celery"} & set(
        loaded.stdout.split()
    ) == set()


def is_up(serve: Serve) -> bool:
    try:
        return serve.answers() == 200
    except OSError:
        return False


@pytest.mark.faults
def test_serve_that_was_killed_starts_again_on_the_same_data_and_keys(var):
    first = Serve(var)
    first.wait_for("Ctrl-C stops it")
    facts = json.loads((var / "sandbox.json").read_text())
    groups = first.groups()
    first.stop(signal.SIGKILL)

    second = Serve(var)
    second.wait_for("Ctrl-C stops it")
    again = json.loads((var / "sandbox.json").read_text())
    refused = Serve(var)
    refused.process.wait(30)
    refused.stop(signal.SIGTERM)

    assert {key: again[key] for key in facts if key != "url"} == {
        key: facts[key] for key in facts if key != "url"
    }
    assert any(re.search(r"runs here already \(process \d+\)", line) for line in refused.lines)
    groups |= {f"second {name}": group for name, group in second.groups().items()}
    assert second.stop(signal.SIGTERM) == 0
    assert left_over(second, groups) == []
