"""Who asks: the holder of an API key. A logged-in admin's session is DRF's own business."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config import clock
from config.models import ApiKey

USE_IS_NOTED_EVERY = timedelta(minutes=1)


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sk_…`; `request.auth` is the key. Other schemes are left to the next."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        """The key that the header names; 401 where there is none, or it was revoked or has expired."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = clock.now()
        key = ApiKey.objects.filter(digest=ApiKey.digest_of(secret.strip())).first()
        if key is None or not key.is_valid(now):
            raise AuthenticationFailed(_("This API key is not known, or no longer valid."))
        _note_use(key, now)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF hands the request over
        """What a 401 asks for."""
        return 'Bearer realm="Sette"'


def _note_use(key: ApiKey, now: datetime) -> None:
    if key.last_used_at is None or abs(now - key.last_used_at) >= USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema tells of keys."""

    target_class = KeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        """An HTTP bearer scheme."""
        return {"type": "http", "scheme": "bearer"}


def person(request: Request) -> AbstractBaseUser | None:
    """The person who is logged in; None for the holder of an API key."""
    return request.user if request.user.is_authenticated else None


def asker(request: Request) -> str:
    """Who asks, as history names them: the key by its name, a person by the name they log in with."""
    return request.auth.name if isinstance(request.auth, ApiKey) else request.user.get_username()
