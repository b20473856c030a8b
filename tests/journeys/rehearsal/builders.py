"""Walks for tests: who walks, two steps, and what of a path is looked at."""

from datetime import timedelta
from typing import Any

from journeys.rehearsal.terms import Terms, parse_terms
from journeys.rehearsal.walk import Path
from tests.builders import NOON
from tests.journeys.builders import step

ORDER: dict[str, Any] = {"kind": "event", "event": "Order Completed", "properties": {"total": 12}}
ANNA: dict[str, Any] = {
    "identities": {"email": "anna@example.com"},
    "traits": {"first_name": "Anna"},
    "consents": [{"channel": "email"}],
    "time_zone": "Europe/Rome",
}


def terms(*inputs: dict[str, Any], person: dict[str, Any] = ANNA, **more: Any) -> Terms:
    """Who walks from noon on, and what happens."""
    return parse_terms({"person": person, "starts_at": NOON.isoformat(), "inputs": list(inputs)} | more)


def pause(**branches: str | None) -> dict[str, Any]:
    """Two days' wait before the letter."""
    return step("pause", "wait", branches or {"next": "letter"}, span="P2D")


def letter(**settings: Any) -> dict[str, Any]:
    """A mail."""
    return step("letter", "send_email", content="hello", **settings)


def seen(path: Path) -> list[tuple[str, str, timedelta]]:
    """What was seen at which step and how long after the start, but for what became of the customer."""
    return [(one.kind, one.step, one.at - path.starts_at) for one in path.seen if one.kind != "customer"]


def gate(path: Path) -> list[tuple[str, str, timedelta]]:
    """What the gate said of the messages, in order."""
    return [
        (one.said["state"], one.said["reason"], one.at - path.starts_at)
        for one in path.seen
        if one.kind == "message"
    ]
