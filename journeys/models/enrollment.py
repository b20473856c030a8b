"""Customers inside journeys. An enrollment's row is its job."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What a live enrollment waits for. Exactly one, so nobody is stuck."""

    DUE = "due", _("a moment")
    EVENT = "event", _("an event")
    MESSAGE = "message", _("its message")
    ENDED = "ended", _("ended")


class Enrollment(models.Model):
    """One customer in one version of a journey.

    due ⇄ event · due ⇄ message · due, event, message → ended. `due` and `event` have a `due_at` (an open
    wait's is its time-out); `message` has none: the message's fate makes it due; `ended` has `ended_at`.

    Every step writes this row anew, and each of its indexes: so it has few, and no public id (the API
    seals its number).
    """

    version = models.ForeignKey(
        "journeys.JourneyVersion", models.PROTECT, related_name="enrollments", db_index=False
    )
    journey = models.ForeignKey(
        "journeys.Journey", models.PROTECT, related_name="enrollments", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="enrollments", db_index=False
    )
    key = models.CharField(
        _("key"),
        max_length=200,
        default="",
        db_default="",
        help_text=_("Of what it is about, such as an order."),
    )
    context = models.JSONField(_("entering event"), default=dict, db_default={})

    step = models.CharField(_("stands at"), max_length=60)
    visit = models.IntegerField(
        _("visit"), default=1, db_default=1, help_text=_("Counts the steps that were entered.")
    )
    reached_at = models.DateTimeField(_("since"))
    standing = models.CharField(
        _("waits for"), max_length=8, choices=Standing, default=Standing.DUE, db_default="due"
    )
    due_at = models.DateTimeField(_("due"), null=True)
    awaits = models.CharField(_("awaited event"), max_length=200, default="", db_default="")
    fate = models.CharField(
        max_length=10, default="", db_default="", help_text=_("Of the message of this step.")
    )
    is_on_hold = models.BooleanField(
        _("on hold"), default=False, db_default=False, help_text=_("Its journey is paused.")
    )
    attempts = models.SmallIntegerField(default=0, db_default=0)
    error = models.TextField(_("error"), default="", db_default="")

    entered_at = models.DateTimeField(_("entered"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    exit_reason = models.CharField(_("why it ended"), max_length=60, default="", db_default="")

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "customer", "key"],
                name="one_live_enrollment",
                condition=~models.Q(standing="ended"),
            ),
            models.CheckConstraint(
                name="nobody_is_stuck",
                condition=models.Q(standing="due", due_at__isnull=False, ended_at__isnull=True)
                | (
                    models.Q(standing="event", due_at__isnull=False, ended_at__isnull=True)
                    & ~models.Q(awaits="")
                )
                | models.Q(standing="message", due_at__isnull=True, ended_at__isnull=True)
                | models.Q(standing="ended", due_at__isnull=True, ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="enrollment_due",
                condition=models.Q(standing__in=["due", "event"], is_on_hold=False),
            ),
            models.Index(fields=["customer", "journey"], name="enrollment_of_customer"),
            models.Index(
                fields=["customer", "awaits"], name="enrollment_awaits", condition=models.Q(standing="event")
            ),
            models.Index(
                fields=["version", "step"], name="enrollment_at_step", condition=~models.Q(standing="ended")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}:{self.pk}"


class StepLog(models.Model):
    """One step that one enrollment has passed, and the branch it took. Append-only."""

    enrollment = models.ForeignKey(
        Enrollment, models.DO_NOTHING, related_name="log", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    version = models.ForeignKey(
        "journeys.JourneyVersion", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    step = models.CharField(_("step"), max_length=60)
    visit = models.IntegerField(_("visit"))
    branch = models.CharField(_("branch"), max_length=60, default="", db_default="")
    reached_at = models.DateTimeField(_("reached"))
    left_at = models.DateTimeField(_("left"))

    class Meta:
        verbose_name = _("step passed")
        verbose_name_plural = _("steps passed")
        indexes = [
            models.Index(fields=["customer", "left_at"], name="step_log_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.step} → {self.branch}"
