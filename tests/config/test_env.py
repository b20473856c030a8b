import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("", True),
        ("http://127.0.0.1:8000", True),
        ("smtp://name:pass@localhost:1025", True),
        ("http://[::1]:8000", True),
        ("smtps://mail.example.com", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_is_here_knows_this_machine(url, here):
    assert env.is_here(url) is here


def test_database_reads_host_port_and_options():
    assert env.database("postgresql://role:p%40ss@db.example:6432/shop?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "role",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_takes_a_folder_of_sockets():
    read = env.database("postgresql:///shop?host=/run/postgresql&user=role")

    assert (read["NAME"], read["HOST"], read["USER"], read["OPTIONS"]) == (
        "shop",
        "/run/postgresql",
        "role",
        {},
    )


def test_database_of_another_kind_is_refused():
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        env.database("mysql://db.example/shop")


@pytest.mark.parametrize(("reader", "value"), [(env.number, "many"), (env.flag, "perhaps")])
def test_readers_refuse_what_they_cannot_read(monkeypatch, reader, value):
    monkeypatch.setenv("SETTE_PROBE", value)

    with pytest.raises(ImproperlyConfigured, match="SETTE_PROBE"):
        reader("SETTE_PROBE", default=1)


def test_secret_is_made_once_and_only_its_owner_reads_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SETTE_PROBE", raising=False)
    path = tmp_path / "var" / "secret"

    made = env.secret("SETTE_PROBE", path)

    assert len(made) > 40
    assert env.secret("SETTE_PROBE", path) == made
    assert path.stat().st_mode & 0o777 == 0o600
