"""The processes that make up a running Sette, as command lines."""

import sys
from pathlib import Path

from config.embedded.child import Child
from config.embedded.places import Places
from config.embedded.ports import Ports

LOCAL = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
QUEUES = "ingest,advance,dispatch.email,dispatch.sms,dispatch.push,dispatch.webhook,simulate,sweep"
WEB_THREADS = 16  # requests wait for commits most of their time; more threads only open more sessions


def web(places: Places, environment: dict[str, str], host: str, port: int) -> Child:
    """The web server: one process, blocking threads."""
    words = ["granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1"]
    words += [
        "--blocking-threads",
        str(WEB_THREADS),
        "--backlog",
        "1024",
        "--no-ws",
        "config.wsgi:application",
    ]
    return _child("web", words, places, environment)


def worker(places: Places, environment: dict[str, str], processes: int) -> Child:
    """The Celery worker, with the queues of all functions and so many processes."""
    words = ["config.worker", "--app", "config", "--queues", QUEUES, "--concurrency", str(processes)]
    return _child("worker", words, places, environment)


def beat(places: Places, environment: dict[str, str]) -> Child:
    """Celery's beat, which sends the sweeps that the admin shows."""
    return _child(
        "beat", ["config.beat"], places, environment | {"DJANGO_SETTINGS_MODULE": "config.settings_beat"}
    )


def receivers(places: Places, environment: dict[str, str], ports: Ports) -> Child:
    """The sandbox's receivers, by name, for `config` imports no other app."""
    words = ["sandbox.receivers", "--var", str(places.var)]
    words += ["--smtp-port", str(ports.smtp), "--http-port", str(ports.http)]
    return _child("receivers", words, places, environment)


def prepare(url: str, ports: Ports | None) -> list[str]:
    """The command that makes the tables and writes var/sandbox.json."""
    command = [sys.executable, str(ROOT / "manage.py"), "prepare", "--url", url]
    if ports is not None:
        command += ["--smtp-port", str(ports.smtp), "--receiver-url", f"http://{LOCAL}:{ports.http}"]
    return command


def once(words: list[str], places: Places, environment: dict[str, str]) -> Child:
    """A management command that is repeated until it succeeds; it writes to our terminal."""
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    return Child(words[0], command, run=places.run, environment=environment, once=True)


def environment(var: Path, port: int) -> dict[str, str]:
    """What every part is told."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SETTE_VAR": str(var),
        "SETTE_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "MALLOC_ARENA_MAX": "2",  # glibc keeps less memory for threads
        "MALLOC_TRIM_THRESHOLD_": "131072",  # and gives back what a large batch took
    }


def _child(name: str, words: list[str], places: Places, environment: dict[str, str]) -> Child:
    command = [sys.executable, "-m", *words]
    return Child(name, command, run=places.run, environment=environment, log=places.log / f"{name}.log")
