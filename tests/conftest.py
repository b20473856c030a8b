"""Real servers for the whole run: PostgreSQL and Valkey, started once, stopped and deleted at its end."""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django.plugin import blocking_manager_key

from config import embedded, work
from config.embedded.postgres import SETTINGS
from tests import serving
from tests.settings import OWN_VAR
from tests.shares import HEADS, in_shares

# A busy machine is no fault of a test: no deadline for one example, nor for making it up.
settings.register_profile("sette", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sette")


EMPTIED = pytest.StashKey[bool]()


def is_of(item: pytest.Item, marks: Collection[str]) -> bool:
    """Whether it has one of the marks, and asks for no rows: those that do stand in the order of Django's."""
    return any(map(item.get_closest_marker, marks)) and not item.get_closest_marker("django_db")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that commits leaves what migrations made (stages, sweeps, rights) as it found it.

    What takes long begins.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            restored = pytest.mark.django_db(**marker.kwargs | {"serialized_rollback": True})
            item.add_marker(restored, append=False)
    heads = [[item for item in items if is_of(item, marks)] for marks in HEADS]
    rest = [item for item in items if not any(item in head for head in heads)]
    items[:] = in_shares(heads, rest, getattr(config, "workerinput", {"workercount": 1})["workercount"])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """After tests that commit, and are cleared up after, the next finds what migrations made nevertheless."""
    marker, stash = item.get_closest_marker("django_db"), item.config.stash
    if marker is None:
        return
    commits = bool(marker.kwargs.get("transaction"))
    if stash.get(EMPTIED, False) and not commits:
        with stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)
    stash[EMPTIED] = commits


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """PostgreSQL and Valkey under the run's own folder; where DATABASE_URL, REDIS_URL are set, those.

    Nothing here outlives the run, so no commit waits for the disk; faults have servers of their own.
    """
    var, given = Path(os.environ[OWN_VAR]), os.environ
    running = embedded.running(
        var, database="DATABASE_URL" not in given, redis="REDIS_URL" not in given, tied=True
    )
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(SETTINGS, "fsync", "off")
            patch.setitem(SETTINGS, "full_page_writes", "off")
            stack.enter_context(running)
        yield


def pytest_unconfigure() -> None:
    """The run's folder goes with it, also where other processes ran the tests."""
    shutil.rmtree(os.environ[OWN_VAR], ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """The servers are up before the test database is made."""


@pytest.fixture(autouse=True)
def no_wake_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test does its work itself, by `work.settle`; no worker listens."""
    monkeypatch.setattr(work, "_silent", True)


@pytest.fixture(autouse=True)
def full_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test finds a process that has worked for a while, whichever test came before."""
    from customers import inbox  # noqa: PLC0415 - apps must be loaded
    from customers.pace import Pace  # noqa: PLC0415

    monkeypatch.setattr(inbox, "_pace", Pace(1 << 20))


@pytest.fixture(autouse=True)
def no_serve_left() -> Iterator[None]:
    """What a test started of `manage.py serve` ends with it."""
    yield
    serving.stop_all()


@pytest.fixture(autouse=True)
def no_remembered_keys() -> None:
    """A write key of an earlier test leads nowhere."""
    from customers.tracking.keys import forget_keys  # noqa: PLC0415 - apps must be loaded
    from customers.tracking.rate import forget_rates  # noqa: PLC0415

    forget_keys()
    forget_rates()


@pytest.fixture(autouse=True)
def brands_language() -> Iterator[None]:
    """The language that a page was asked for in ends with the test, as it ends with a request's thread."""
    yield
    translation.deactivate()
