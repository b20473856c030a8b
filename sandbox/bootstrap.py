"""What a sandbox needs before anybody can use it: somebody who may log in. Made once, then kept."""

import json
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model

ADMIN = "admin"


def bootstrap() -> dict[str, str]:
    """Make what is missing; returns what var/sandbox.json says about it, the same at every start."""
    try:
        known = json.loads((settings.VAR / "sandbox.json").read_text())
    except (OSError, ValueError):
        known = {}
    password = known.get("admin_password") or secrets.token_urlsafe(12)
    _make_admin(password)
    return {"admin_user": ADMIN, "admin_password": password}


def _make_admin(password: str) -> None:
    """One person with all rights, whose password is the one that is written down."""
    admin, _ = get_user_model().objects.get_or_create(
        username=ADMIN, defaults={"is_staff": True, "is_superuser": True}
    )
    if not admin.check_password(password):
        admin.set_password(password)
        admin.save()
