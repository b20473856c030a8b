"""Where the servers lie, and the URLs that follow."""

from pathlib import Path

import pytest

from config import embedded
from config.embedded.account import Account, EmbeddedError
from config.embedded.places import Places

SHORT = Path("/srv/sette/var")
LONG = Path("/srv") / ("a-very-long-name-of-a-folder/" * 5)
MINE = Account(uid=0, gid=0, drop=False)


def test_database_url_names_the_folder_of_the_sockets():
    assert embedded.database_url(SHORT) == "postgresql://sette@/sette?host=%2Fsrv%2Fsette%2Fvar%2Fsockets"


def test_redis_url_is_as_redis_py_writes_it():
    assert embedded.redis_url(SHORT) == "unix:///srv/sette/var/sockets/valkey.sock?db=0"


def test_broker_url_is_as_celery_writes_it():
    assert embedded.broker_url(SHORT) == "redis+socket:///srv/sette/var/sockets/valkey.sock?virtual_host=0"


def test_celery_url_leaves_a_network_address_alone():
    assert embedded.celery_url("rediss://:secret@cache:6380/2") == "rediss://:secret@cache:6380/2"


def test_sockets_of_a_long_path_lie_under_tmp():
    sockets = Places(LONG).sockets

    assert sockets.parent == Path("/tmp")  # noqa: S108 - the folder that is meant
    assert len(str(sockets / ".s.PGSQL.5432")) < 60
    assert sockets == Places(LONG).sockets
    assert sockets != Places(LONG / "other").sockets


def test_prepare_refuses_a_socket_folder_that_is_a_link(tmp_path):
    places = Places(tmp_path / "var")
    places.var.mkdir()
    (tmp_path / "elsewhere").mkdir()
    places.sockets.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(EmbeddedError, match="SETTE_VAR"):
        places.prepare(MINE)
