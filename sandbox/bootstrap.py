"""What a sandbox needs before anybody can use it: who may log in, the keys, the channels. Made once."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from channels.defaults import ensure_channels
from config.embedded.places import Places
from config.models import ApiKey, Scope
from config.roles import ADMINISTRATOR, ROLES
from customers.models import Source
from sandbox.shop import lead_hooks

ADMIN = "admin"
SOURCE = "Website"
KEY = "Sandbox"


def bootstrap(smtp_port: int, receiver_url: str) -> dict[str, Any]:
    """Make what is missing; returns what var/sandbox.json says about it, the same at every start.

    Beside the admin, who may do everything, one person logs in for each other role, by the role's name.

    The secrets are in that file only, readable by its owner; one that is lost is made anew.
    """
    known = _known()
    facts: dict[str, Any] = {
        "write_key": Source.objects.get_or_create(name=SOURCE)[0].write_key,
        "api_key": known.get("api_key") or f"sk_{secrets.token_urlsafe(30)}",
        "admin_user": ADMIN,
        "admin_password": known.get("admin_password") or secrets.token_urlsafe(12),
        "logins": _logins(known.get("logins")),
        "receiver_token": known.get("receiver_token") or secrets.token_urlsafe(24),
    }
    _ensure_key(facts["api_key"])
    _ensure_admin(facts["admin_password"])
    _ensure_logins(facts["logins"], known.get("logins"))
    ensure_channels(smtp_port, receiver_url, facts["receiver_token"])
    lead_hooks(receiver_url)
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


def _logins(known: Any) -> dict[str, str]:
    """Role → password."""
    kept = known if isinstance(known, dict) else {}
    others = [role.slug for role in ROLES if role.slug != ADMINISTRATOR]
    return {slug: str(kept.get(slug) or secrets.token_urlsafe(12)) for slug in others}


def _ensure_logins(logins: dict[str, str], known: Any) -> None:
    """A person for each role. A password is set where it is new: to look at it would take half a second."""
    for slug, password in logins.items():
        person, is_new = get_user_model().objects.get_or_create(username=slug, defaults={"is_staff": True})
        if is_new or not isinstance(known, dict) or known.get(slug) != password:
            person.set_password(password)
            person.save()
            person.groups.set([Group.objects.get(name=slug)])
