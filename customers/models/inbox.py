"""What arrives: sources with their write keys, the rows that wait to be applied, the ids already seen."""

import secrets

from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def make_write_key() -> str:
    """A new write key. It may live in a browser, so it is shown, and can only write."""
    return f"wk_{secrets.token_urlsafe(24)}"


class Source(models.Model):
    """Where events come from. Its key can write events and nothing else."""

    class Kind(models.TextChoices):
        WEB = "web", _("website")
        APP = "app", _("app")
        TILL = "till", _("shop till")
        CALL_CENTRE = "call_centre", _("call centre")
        CHAT = "chat", _("chat")
        LOYALTY = "loyalty", _("loyalty programme")
        SOCIAL = "social", _("social network")
        IMPORT = "import", _("import")
        SERVER = "server", _("another program")

    kind = models.CharField(
        _("touchpoint"), max_length=12, choices=Kind, default=Kind.WEB, db_default=Kind.WEB
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    write_key = models.CharField(_("write key"), max_length=64, unique=True, default=make_write_key)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    most_per_second = models.PositiveIntegerField(
        _("most calls a second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as many as come. Beyond it the sender is told to wait, and nothing is lost."),
    )

    trust = models.PositiveSmallIntegerField(
        _("trust"),
        default=50,
        db_default=50,
        validators=[MaxValueValidator(100)],
        help_text=_("0 to 100: of traits that go by it, the value of the most trusted source stays."),
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.name


class SeenEvent(models.Model):
    """An event that a source has sent: how often, since when, and what its properties look like.

    `properties` maps the path of each to what stands there: text, number, yesno, moment.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="seen_events", db_index=False)
    name = models.CharField(_("event"), max_length=200)
    properties = models.JSONField(_("properties"), default=dict)
    events = models.BigIntegerField(_("how often"))
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("event of a source")
        verbose_name_plural = _("events of sources")
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], name="one_row_per_source_and_event")
        ]

    def __str__(self) -> str:
        return self.name


class SchemaCursor(models.Model):
    """Up to which event the events of sources were noted; one row."""

    last_event_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("how far events are noted")
        verbose_name_plural = _("how far events are noted")

    def __str__(self) -> str:
        return str(self.last_event_id)


class InboxRow(models.Model):
    """One accepted call that is not applied yet; the row goes when it is.

    pending → (deleted, in the transaction that applies it) · pending → parked after 5 attempts ·
    parked → pending.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        PARKED = "parked", _("parked")

    received_at = models.DateTimeField(_("received"))
    source = models.ForeignKey(
        Source, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, verbose_name=_("source")
    )
    message_id = models.CharField(_("message id"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20)
    payload = models.JSONField(_("payload"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING, db_default=State.PENDING
    )
    attempts = models.SmallIntegerField(_("attempts"), default=0, db_default=0)
    due_at = models.DateTimeField(_("due"), null=True)
    error = models.TextField(_("error"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("call that failed")
        verbose_name_plural = _("calls that failed")
        indexes = [
            models.Index("id", name="inbox_pending", condition=models.Q(state="pending")),
            models.Index("id", name="inbox_parked", condition=models.Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class SeenMessage(models.Model):
    """The hash of a message id (and its source) that has taken effect; kept for 48 hours.

    A call that is repeated within that time changes nothing.
    """

    digest = models.UUIDField(primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [BrinIndex(fields=["seen_at"], name="seen_message_at")]

    def __str__(self) -> str:
        return str(self.digest)
