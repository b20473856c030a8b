"""Who did what to a journey, and what was said of its steps."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Deed(models.TextChoices):
    """What can be done to a journey."""

    CREATED = "created", _("created it")
    DRAFTED = "drafted", _("saved the draft")
    PUBLISHED = "published", _("published")
    ROLLED_BACK = "rolled_back", _("rolled back")
    MIGRATED = "migrated", _("moved those inside")
    MOVED = "moved", _("moved one customer")
    RETRIED = "retried", _("had failed steps tried again")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("resumed")
    DRAINED = "drained", _("let nobody in any more")
    ARCHIVED = "archived", _("archived")
    ASKED = "asked", _("asked for approval")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    VOIDED = "voided", _("voided the request")
    COMMENTED = "commented", _("commented")
    RESOLVED = "resolved", _("resolved a comment")


class JourneyAct(models.Model):
    """One thing that was done to a journey, written in the transaction that did it.

    Append-only, but that the drafts that one person saves in one sitting are one act.

    `at` is by the wall clock: a rehearsal's clock does not change when a person did something.
    """

    journey = models.ForeignKey(
        "journeys.Journey", models.CASCADE, related_name="acts", db_index=False, verbose_name=_("journey")
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    what = models.CharField(_("what"), max_length=12, choices=Deed)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        indexes = [models.Index(fields=["journey", "-id"], name="act_of_journey")]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.what}"


class StepComment(models.Model):
    """What somebody says of a step, by the step's id; answers belong to the first of their thread."""

    journey = models.ForeignKey(
        "journeys.Journey", models.CASCADE, related_name="comments", db_index=False, verbose_name=_("journey")
    )
    step = models.CharField(_("step"), max_length=60)
    thread = models.ForeignKey("self", models.CASCADE, null=True, related_name="answers")
    text = models.TextField(_("comment"), max_length=4000)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [models.Index(fields=["journey", "step"], name="comment_of_step")]

    def __str__(self) -> str:
        return f"{self.step}: {self.text[:40]}"
