"""Rows that belong to the installation and not to any customer: the clock and the API keys."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Clock(models.Model):
    """The one row that all processes share when time is rehearsed (see config/clock.py)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    stands_at = models.DateTimeField(_("stands at"), null=True, help_text=_("Empty: time is real."))
    driver = models.TextField(_("driven by"), blank=True, default="")
    driven_until = models.DateTimeField(_("driven until"), null=True)

    class Meta:
        verbose_name = _("clock")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_clock")]

    def __str__(self) -> str:
        return str(self.stands_at or "")


class Scope(models.TextChoices):
    """What an API key may do. `full` is all of them."""

    READ = "read", _("read everything")
    CUSTOMERS = "customers", _("write customers, consents, events")
    DESIGN = "design", _("write rules, contents, caps, journeys, broadcasts")
    SEND = "send", _("publish journeys, start broadcasts")
    FULL = "full", _("everything")


class ApiKey(models.Model):
    """A key of the REST API: shown once when it is made, kept as a hash."""

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("may"))
    created_at = models.DateTimeField(_("created"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, name: str, scopes: list[str], now: datetime, secret: str = "") -> tuple["ApiKey", str]:
        """Make a key; returns the row and the secret, which can't be read again."""
        secret = secret or f"sk_{secrets.token_urlsafe(30)}"
        key = cls.objects.create(
            name=name, prefix=secret[:12], digest=cls.digest_of(secret), scopes=scopes, created_at=now
        )
        return key, secret

    @staticmethod
    def digest_of(secret: str) -> str:
        """SHA-256 of a secret of 240 random bits: no slow hash is needed for what can't be guessed."""
        return hashlib.sha256(secret.encode()).hexdigest()

    def allows(self, scope: str) -> bool:
        """Whether the key holds `scope`; every key may read."""
        return scope == Scope.READ or Scope.FULL in self.scopes or scope in self.scopes

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor expired at `now`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class KeptAnswer(models.Model):
    """What a POST with an Idempotency-Key was answered, kept for a day (see config/api/idempotency.py)."""

    digest = models.CharField(max_length=64, primary_key=True)
    asked = models.CharField(max_length=64, help_text=_("Of the body that was sent."))
    status = models.SmallIntegerField(default=0)
    body = models.TextField(default="", blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        indexes = [models.Index(fields=["asked_at"], name="kept_answer_at")]

    def __str__(self) -> str:
        return self.digest[:12]
