"""Real servers for the whole run: PostgreSQL and Valkey, started once, stopped and deleted at its end."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from config import embedded, work
from tests import serving

# A busy machine is no fault of a test: no deadline for one example, nor for making it up.
settings.register_profile("sette", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sette")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that commits leaves what migrations made (stages, sweeps, rights) as it found it."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            restored = pytest.mark.django_db(**marker.kwargs | {"serialized_rollback": True})
            item.add_marker(restored, append=False)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """PostgreSQL and Valkey under the run's own folder; where DATABASE_URL, REDIS_URL are set, those."""
    var = Path(os.environ["SETTE_TEST_VAR"])
    with embedded.running(
        var, database="DATABASE_URL" not in os.environ, redis="REDIS_URL" not in os.environ, tied=True
    ):
        yield
    shutil.rmtree(var, ignore_errors=True)


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

    forget_keys()
