"""Broadcasts; their states and legal moves are in campaigns/README.md."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Broadcast(models.Model):
    """One content to the members of one segment, once.

    draft → scheduled → sending ⇄ paused → finished; draft, scheduled, sending, paused → cancelled.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("sending")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    name = models.CharField(_("name"), max_length=120)
    content = models.ForeignKey("channels.Content", models.PROTECT, verbose_name=_("content"))
    segment = models.ForeignKey("customers.Segment", models.PROTECT, verbose_name=_("audience"))
    priority = models.SmallIntegerField(_("priority"), default=30)
    starts_at = models.DateTimeField(
        _("starts"), null=True, blank=True, help_text=_("Empty: as soon as it is scheduled.")
    )
    expires_after = models.DurationField(_("of use for"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT, db_default="draft"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    launched_at = models.DateTimeField(_("launched"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    candidates = models.IntegerField(_("candidates"), default=0, editable=False)

    class Meta:
        verbose_name = _("broadcast")
        verbose_name_plural = _("broadcasts")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["starts_at"],
                name="broadcast_due",
                condition=models.Q(state__in=["scheduled", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return self.name
