"""Rows that belong to the installation and not to any customer: the clock and the API keys."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
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

    READ = "read", _("read everything, people masked")
    PERSONAL = "personal", _("see names, addresses and other personal data")
    CUSTOMERS = "customers", _("write customers, consents, events")
    DESIGN = "design", _("write rules, contents, caps, journeys, broadcasts")
    SEND = "send", _("publish journeys, start broadcasts")
    FULL = "full", _("everything")


class Right(models.Model):  # noqa: DJ008 - there is never one
    """No table: what people may be allowed that is about no single kind of row (see config/roles.py)."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("send", _("publish journeys, start broadcasts")),
            ("see_personal_data", _("see names, addresses and other personal data")),
        ]


class Preferences(models.Model):
    """How a person who logs in wants the pages to be."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("comfortable")
        COMPACT = "compact", _("compact")

    class Pace(models.TextChoices):
        AT_ONCE = "at_once", _("each at once")
        DAILY = "daily", _("all of a day in one mail, in the morning")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preferences"
    )
    language = models.CharField(
        _("language"), max_length=12, blank=True, default="", help_text=_("Empty: as the browser asks.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, default="", help_text=_("Empty: the brand's.")
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=11, choices=Density, default=Density.COMFORTABLE)
    notices = ArrayField(models.CharField(max_length=12), verbose_name=_("told of"), default=list, blank=True)
    pace = models.CharField(_("how"), max_length=8, choices=Pace, default=Pace.AT_ONCE)
    told = models.BigIntegerField(default=0, help_text=_("The last notice that they were told of."))
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.person)


class Notice(models.Model):
    """One thing that there is to tell people by e-mail, as long as it lasts (see config/telling.py)."""

    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=60)
    about = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_notice_each")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


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
