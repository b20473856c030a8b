"""How versions come to be published: moves from one to the next, and a second person's approval."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionMove(models.Model):
    """Those inside one version are being taken to another. The row is the job; `steps` is the whole map.

    unfinished → finished. A step that is not in the map keeps its customers in the old version; they move
    when they come to one that is.
    """

    journey = models.ForeignKey("journeys.Journey", models.PROTECT, related_name="+", db_index=False)
    from_version = models.ForeignKey(
        "journeys.JourneyVersion", models.PROTECT, related_name="+", verbose_name=_("from version")
    )
    to_version = models.ForeignKey(
        "journeys.JourneyVersion", models.PROTECT, related_name="+", verbose_name=_("to version")
    )
    steps = models.JSONField(_("map"), help_text=_("Old step → new step, or null: they leave."))
    asked_at = models.DateTimeField(_("asked for"))
    moved = models.IntegerField(_("moved"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("move of a version")
        verbose_name_plural = _("moves of versions")
        constraints = [
            models.UniqueConstraint(
                fields=["from_version"], name="one_open_move", condition=models.Q(finished_at=None)
            )
        ]
        indexes = [models.Index(fields=["journey", "-id"], name="version_move_of_journey")]

    def __str__(self) -> str:
        return f"{self.from_version_id} → {self.to_version_id}"


class PublishingPolicy(models.Model):
    """What the brand asks of publishing. One row; none: nothing is asked."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    needs_approval = models.BooleanField(
        _("Publishing needs a second person"),
        default=False,
        help_text=_("Whoever publishes asks; somebody else who may approve journeys says yes or no."),
    )

    class Meta:
        verbose_name = _("publishing")
        verbose_name_plural = _("publishing")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_publishing_policy")]

    def __str__(self) -> str:
        return str(_("publishing"))


class PublishRequest(models.Model):
    """A draft that waits for a second person, frozen as it was asked for.

    open → approved · refused · void (the draft was changed, or something else was published).
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        VOID = "void", _("void")

    journey = models.ForeignKey(
        "journeys.Journey", models.PROTECT, related_name="requests", verbose_name=_("journey")
    )
    graph = models.JSONField(_("graph"))
    moves = models.JSONField(_("map"), default=dict)
    acknowledged = models.JSONField(_("warnings that were acknowledged"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, db_default="open")
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("request to publish")
        verbose_name_plural = _("requests to publish")
        constraints = [
            models.UniqueConstraint(
                fields=["journey"], name="one_open_request", condition=models.Q(state="open")
            )
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.state}"
