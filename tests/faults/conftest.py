"""The harness: servers of its own for all scenarios, an installation for each, and a line of the report."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks.installation import free_port
from tests.faults.installation import Installation
from tests.faults.servers import Servers
from tests.faults.tier import SEED, TIER


@pytest.fixture(scope="session")
def fault_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL, Valkey and the receivers that the scenarios break."""
    servers = Servers(tmp_path_factory.mktemp("faults"))
    servers.start()
    yield servers
    servers.stop()


@pytest.fixture
def tablespace() -> str:
    """Where the scenario's database lies; a scenario may say otherwise."""
    return "pg_default"


@pytest.fixture
def sette(fault_servers: Servers, tablespace: str, django_db_blocker: Any) -> Iterator[Installation]:
    """An installation on a fresh database; Django here works on it too."""
    database = fault_servers.new_database(tablespace)
    installation = Installation(fault_servers, database, free_port())
    with django_db_blocker.unblock():
        try:
            with fault_servers.aimed(database):
                yield installation
        finally:
            installation.stop()
            for server in (fault_servers.postgres, fault_servers.valkey):
                server.start()
            fault_servers.drop_database(database)


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Say what the scenario does, and what came of it: a line of `make faults`."""

    def tell(fault: str, size: str, **figures: object) -> None:
        found = " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
        line = {"fault": fault, "size": size, "tier": TIER, "seed": SEED, "found": found}
        record_property("line", line)

    return tell
