"""What a sandbox needs before anybody can use it: who may log in, the keys, the channels. Made once."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from channels.defaults import ensure_channels
from config.embedded.places import Places
from config.models import ApiKey, Scope
from customers.models import Source

ADMIN = "admin"
SOURCE = "Website"
KEY = "Sandbox"


def bootstrap(smtp_port: int, receiver_url: str) -> dict[str, str]:
    """Make what is missing; returns what var/sandbox.json says about it, the same at every start.

    The secrets are in that file only, readable by its owner; one that is lost is made anew.
    """
    known = _known()
    facts = {
        "write_key": Source.objects.get_or_create(name=SOURCE)[0].write_key,
        "api_key": known.get("api_key") or f"sk_{secrets.token_urlsafe(30)}",
        "admin_user": ADMIN,
        "admin_password": known.get("admin_password") or secrets.token_urlsafe(12),
        "receiver_token": known.get("receiver_token") or secrets.token_urlsafe(24),
    }
    _ensure_key(facts["api_key"])
    _ensure_admin(facts["admin_password"])
    ensure_channels(smtp_port, receiver_url, facts["receiver_token"])
    return facts


def _known() -> dict[str, Any]:
    """What the last start wrote down; nothing where the file is missing or damaged."""
    try:
        known = json.loads(Places(settings.VAR).facts.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _ensure_key(secret: str) -> None:
    """The API key of full scope; one of an earlier secret that is lost can do nothing any more."""
    if ApiKey.objects.filter(name=KEY, digest=ApiKey.digest_of(secret)).exists():
        return
    now = datetime.now(UTC)
    ApiKey.objects.filter(name=KEY, revoked_at=None).update(revoked_at=now)
    ApiKey.issue(KEY, [Scope.FULL], now, secret)


def _ensure_admin(password: str) -> None:
    """One person with all rights, whose password is the one that is written down."""
    admin, _ = get_user_model().objects.get_or_create(
        username=ADMIN, defaults={"is_staff": True, "is_superuser": True}
    )
    if not admin.check_password(password):
        admin.set_password(password)
        admin.save()
