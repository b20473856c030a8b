"""Typed readers of environment variables, which fail at start with what to do."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str) -> str:
    """The variable as it stands, or `default` where it is not set or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """The variable as a truth value; ImproperlyConfigured where it is neither."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0.")


def number(name: str, default: int) -> int:
    """The variable as a whole number; ImproperlyConfigured where it is none."""
    value = os.environ.get(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number.") from error


def words(name: str, default: list[str]) -> list[str]:
    """The variable's words, separated by commas."""
    value = os.environ.get(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def folder(name: str, default: Path) -> Path:
    """The variable as a path, made absolute."""
    return Path(os.environ.get(name) or default).resolve()


def database(url: str) -> dict[str, object]:
    """Django's settings of a PostgreSQL database from its URL.

    `postgresql://role:password@host:port/name?sslmode=require`; the host may be a folder of sockets
    (`postgresql:///name?host=/run/postgresql&user=role`). Unknown query parameters are handed to libpq.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"DATABASE_URL starts with {parts.scheme!r}: Sette needs postgresql://…")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or options.pop("dbname", "sette"),
        "USER": options.pop("user", "") or unquote(parts.username or ""),
        "PASSWORD": options.pop("password", "") or unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
    }


def secret(name: str, path: Path) -> str:
    """The variable, or a random secret that is made once and kept in `path`, readable by its owner only."""
    if value := os.environ.get(name):
        return value
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # atomic: of two processes that start at once, one wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def host_of(url: str) -> str:
    """The host of a URL."""
    return urlsplit(url).hostname or ""


def is_here(url: str) -> bool:
    """Whether a URL leads to this machine; an empty one leads nowhere else."""
    return not url or host_of(url) in {"127.0.0.1", "localhost", "::1"}
