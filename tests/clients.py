"""Clients of the REST API for tests: with a key of some scopes, or with none."""

from datetime import UTC, datetime
from typing import Any

from rest_framework.test import APIClient

from config.models import ApiKey, Scope

WHEN = datetime(2025, 1, 1, tzinfo=UTC)


def client(*scopes: str) -> APIClient:
    """A client with a key of these scopes; of full scope where none is named."""
    _key, secret = ApiKey.issue("test", list(scopes) or [Scope.FULL], WHEN)
    return bearer(secret)


def bearer(secret: str) -> APIClient:
    """A client that shows `secret`."""
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return made


def results(response: Any) -> list[dict[str, Any]]:
    """The rows of a page."""
    assert response.status_code == 200, response.content
    return list(response.json()["results"])
