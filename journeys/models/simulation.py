"""Drafts that were tried on what has really happened."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Simulation(models.Model):
    """A draft, as it was when this was asked for, on the last `days` days of so many customers.

    queued → running → done, failed · queued, running → cancelled. `beat_at` is a lease, by the database's
    clock: of one that is queued, when a process was last started for it; of one that runs, when that process
    was last heard of.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    journey = models.ForeignKey(
        "journeys.Journey", models.CASCADE, related_name="simulations", verbose_name=_("journey")
    )
    draft = models.JSONField(_("draft"))
    days = models.PositiveSmallIntegerField(_("days"))
    customers = models.PositiveIntegerField(_("customers"), help_text=_("So many at most, drawn by `seed`."))
    seed = models.BigIntegerField(_("seed"), default=0)
    until = models.DateTimeField(_("until"), help_text=_("The end of the time that is looked at."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.QUEUED, db_default="queued"
    )
    progress = models.FloatField(_("progress"), default=0.0, db_default=0.0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    beat_at = models.DateTimeField(null=True)
    result = models.JSONField(_("result"), null=True)
    error = models.TextField(_("error"), default="", db_default="")

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints = [
            models.UniqueConstraint(
                fields=["state"], name="one_simulation_runs", condition=models.Q(state="running")
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="simulation_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it has not come to its end."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    @property
    def percent(self) -> int:
        """The progress as people read it."""
        return int(100 * self.progress)
