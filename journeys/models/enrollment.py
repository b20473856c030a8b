"""Customers inside journeys. An enrollment's row is its job."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What a live enrollment waits for. Exactly one, so nobody is stuck."""

    DUE = "due", _("a moment")
    EVENT = "event", _("an event")
    MESSAGE = "message", _("its message")
    CHANGE = "change", _("a change")
    ENDED = "ended", _("ended")


class Enrollment(models.Model):
    """One customer in one version of a journey.

    due ⇄ event · due ⇄ message · due ⇄ change · all → ended. `due` and `event` have a `due_at` (an open
    wait's is its time-out); `message` has none: the message's fate makes it due; nor has `change`: that it
    is done, or failed, makes it due; `ended` has `ended_at`.

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
    awaits = ArrayField(models.TextField(), verbose_name=_("awaited events"), default=list, db_default=[])
    fate = models.CharField(
        max_length=10,
        default="",
        db_default="",
        help_text=_("Of the message, the change or the wait here; of those who left from here: left."),
    )
    is_on_hold = models.BooleanField(
        _("on hold"), default=False, db_default=False, help_text=_("Its journey is paused.")
    )
    attempts = models.SmallIntegerField(default=0, db_default=0)
    error = models.TextField(_("error"), default="", db_default="")
    lacks = models.CharField(
        _("lacks"),
        max_length=100,
        default="",
        db_default="",
        help_text=_("What is gone that its step needs, as content:welcome; it goes on when that is back."),
    )

    entered_at = models.DateTimeField(_("entered"))
    is_held_out = models.BooleanField(
        _("held out"),
        default=False,
        db_default=False,
        help_text=_("By its version or globally when it entered; for counts, so that nobody changes sides."),
    )
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
                    & ~models.Q(awaits=[])
                )
                | models.Q(standing__in=["message", "change"], due_at__isnull=True, ended_at__isnull=True)
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
            models.Index(fields=["customer"], name="enrollment_awaits", condition=models.Q(standing="event")),
            models.Index(
                fields=["version", "step"], name="enrollment_at_step", condition=~models.Q(standing="ended")
            ),
            models.Index(
                fields=["version", "entered_at"],
                include=["id"],
                name="enrollment_merged",
                condition=models.Q(exit_reason="merged"),
            ),
            models.Index(fields=["lacks", "id"], name="enrollment_lacks", condition=~models.Q(lacks="")),
            models.Index(
                fields=["journey"],
                name="enrollment_parked",
                condition=models.Q(is_on_hold=True, lacks="", attempts__gte=5) & ~models.Q(standing="ended"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}:{self.pk}"


class Change(models.Model):
    """What an enrollment that stands at `change` is to have changed outside its journey; gone when done."""

    enrollment_id = models.BigIntegerField()
    step = models.CharField(_("step"), max_length=60)
    visit = models.IntegerField(_("visit"))
    what = models.JSONField(_("what"))
    asked_at = models.DateTimeField(_("asked for"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = [
            models.UniqueConstraint(fields=["enrollment_id", "step", "visit"], name="one_change_per_visit")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.what}"


class RateUse(models.Model):
    """Whom a rate gate has let through within its time, and who waits; its row is the gate's lock."""

    journey = models.ForeignKey("journeys.Journey", models.CASCADE, db_index=False)
    step = models.CharField(max_length=60)
    passed = models.JSONField(default=list, db_default=[], help_text=_("When how many went through."))
    planned = models.JSONField(default=list, db_default=[], help_text=_("When how many are to come again."))

    class Meta:
        verbose_name = _("rate in use")
        verbose_name_plural = _("rates in use")
        constraints = [models.UniqueConstraint(fields=["journey", "step"], name="one_use_per_gate")]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.step}"


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
