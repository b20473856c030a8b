"""Journeys and their published versions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Journey(models.Model):
    """A way that customers are taken: a draft that is edited, and at most one live version.

    draft → live ⇄ paused → archived; draft ⇄ archived; live ⇄ draining → archived, the latter by itself when
    nobody is inside any more. Publishing a journey that runs makes its next version the live one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        DRAINING = "draining", _("draining")
        ARCHIVED = "archived", _("archived")

    slug = models.SlugField(_("key"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True, default="")
    serves = models.ForeignKey(
        "customers.Stage", models.PROTECT, related_name="+", verbose_name=_("serves stage")
    )
    leads_to = models.ForeignKey(
        "customers.Stage", models.PROTECT, related_name="+", verbose_name=_("leads to stage")
    )
    draft = models.JSONField(
        _("draft"), default=dict, help_text=_("The graph that is edited; see docs/journeys.md.")
    )
    revision = models.IntegerField(
        _("revision"), default=0, db_default=0, help_text=_("Goes up with each change of the draft.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, db_default="draft"
    )
    live_version = models.ForeignKey(
        "journeys.JourneyVersion",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("live version"),
    )
    begun_version = models.ForeignKey(
        "journeys.JourneyVersion",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        help_text=_("The version whose members, runs and dates have been arranged."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        ordering = ["serves", "name"]
        permissions = [("approve_journey", "Can approve the publishing of a journey")]

    def __str__(self) -> str:
        return self.name


class JourneyVersion(models.Model):
    """A published graph. Immutable: those who are inside keep it."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions", verbose_name=_("journey"))
    number = models.PositiveIntegerField(_("number"))
    graph = models.JSONField(_("graph"))
    acknowledged = models.JSONField(
        _("warnings that were acknowledged"),
        default=list,
        help_text=_("Of each: its code, path and message, and by whom."),
    )
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("published by")
    )

    awaited = ArrayField(
        models.TextField(), default=list, db_default=[], help_text=_("Keys of internal segments.")
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["journey", "-number"]
        constraints = [models.UniqueConstraint(fields=["journey", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.journey} v{self.number}"


class EventCursor(models.Model):
    """How far the journeys have listened to the events. The row is the lock of the listener."""

    name = models.CharField(max_length=40, primary_key=True)
    last_event_id = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("cursor")
        verbose_name_plural = _("cursors")

    def __str__(self) -> str:
        return f"{self.name}: {self.last_event_id}"
