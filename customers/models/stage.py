"""The seven stages, the terms on which customers pass through them, and each customer's moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.Model):
    """One of the seven, with the terms on which customers come, stay and go (docs/stages.md).

    After a change `rebuilt_at` is empty until all customers are asked; `rebuilt_to` is how far, by their ids.
    """

    class Onward(models.TextChoices):
        """How far forward customers may go from here."""

        ANY = "any", _("to any later stage")
        NEXT = "next", _("only to the next stage")

    class Back(models.TextChoices):
        """How far back customers may go from here."""

        ANY = "any", _("to any earlier stage")
        PREVIOUS = "previous", _("only to the stage before")
        NEVER = "never", _("never")

    number = models.SmallIntegerField(_("number"), primary_key=True)
    slug = models.SlugField(_("key"), unique=True)
    rule = models.JSONField(
        _("rule"), default=dict, blank=True, help_text=_("Who belongs here. Empty: nobody.")
    )
    stay_rule = models.JSONField(_("stay rule"), default=dict, db_default={}, blank=True)
    leave_rule = models.JSONField(_("leave rule"), default=dict, db_default={}, blank=True)
    precedence = models.SmallIntegerField(
        _("precedence"), help_text=_("Of the stages whose rule holds, the one with the lowest number wins.")
    )
    dwell = models.DurationField(_("stays at least"), null=True, blank=True)
    interrupts = models.BooleanField(_("takes in at once"), default=False, db_default=False)
    onward = models.CharField(
        _("onward"), max_length=10, choices=Onward, default=Onward.ANY, db_default=Onward.ANY
    )
    back = models.CharField(_("back"), max_length=10, choices=Back, default=Back.ANY, db_default=Back.ANY)
    changed_at = models.DateTimeField(_("changed"), null=True, editable=False)
    rebuilt_at = models.DateTimeField(_("rebuilt"), null=True, editable=False)
    rebuilt_to = models.BigIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__range=(1, 7)), name="seven_stages"),
            models.UniqueConstraint(
                fields=["precedence"], name="stage_precedence", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"

    @property
    def label(self) -> str:
        """The stage's name in the reader's language."""
        return str(LABELS[self.slug])


LABELS = {
    "awareness": _("awareness"),
    "discovery": _("discovery"),
    "interest": _("interest"),
    "consideration": _("consideration"),
    "action": _("action"),
    "use": _("use"),
    "advocacy": _("advocacy"),
}


class StageMove(models.Model):
    """One move of one customer; the first has no `from_stage`. Append-only.

    `from_since` is when the customer had come to `from_stage`; `lasted` is for how many seconds they stayed,
    to the minute below three hours, to the hour below sixty days and to the day beyond: so that few values
    tell the whole distribution. Moves by hand say who and why.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="stage_moves",
        db_index=False,
        verbose_name=_("customer"),
    )
    from_stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("from")
    )
    to_stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="+", db_index=False, verbose_name=_("to")
    )
    moved_at = models.DateTimeField(_("moved"))
    from_since = models.DateTimeField(_("came"), null=True)
    lasted = models.GeneratedField(
        expression=models.Func("from_since", "moved_at", function="stay_lasted"),
        output_field=models.IntegerField(null=True),
        db_persist=True,
    )
    moved_by = models.CharField(_("by"), max_length=150, blank=True, default="", db_default="")
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("stage move")
        verbose_name_plural = _("stage moves")
        # A report on any time reads its moves from the second alone, in one pass.
        indexes = [
            models.Index(fields=["customer", "moved_at"], name="stage_move_of_customer"),
            models.Index(
                fields=["moved_at"],
                include=["from_stage", "to_stage", "lasted"],
                name="stage_move_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage_id or '-'} → {self.to_stage_id}"


class StageHold(models.Model):
    """A stage in which a person put a customer; it counts before every rule while it lasts.

    It lasts for good, until a moment, or (`yields`) until the rules name another stage than the one that
    they named when it began (`named`). `ended_at` is empty while it lasts; at most one does.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="stage_holds",
        db_index=False,
        verbose_name=_("customer"),
    )
    stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="+", db_index=False, verbose_name=_("stage")
    )
    reason = models.TextField(_("reason"))
    held_by = models.CharField(_("by"), max_length=150)
    held_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    yields = models.BooleanField(_("until the rules say otherwise"), default=False)
    named = models.SmallIntegerField(null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("stage by hand")
        verbose_name_plural = _("stages by hand")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                name="one_hold_at_a_time",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(yields=False) | models.Q(until__isnull=True), name="hold_ends_in_one_way"
            ),
        ]
        indexes = [models.Index(fields=["customer", "held_at"], name="stage_hold_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} ∈ {self.stage_id}"


class StageVersion(models.Model):
    """All stage definitions as they were at one time, by stage key; without a `number` it is a draft.

    It gets its number when it comes into force, and never changes from then on. The greatest is in force.
    """

    number = models.PositiveIntegerField(_("number"), null=True, unique=True, editable=False)
    definitions = models.JSONField(_("definitions"))
    note = models.TextField(_("note"), blank=True, default="")
    saved_by = models.CharField(_("by"), max_length=150, blank=True, default="")
    saved_at = models.DateTimeField(_("saved"))
    in_force_at = models.DateTimeField(_("in force since"), null=True, editable=False)

    class Meta:
        verbose_name = _("version of the stages")
        verbose_name_plural = _("versions of the stages")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"v{self.number}" if self.number else str(_("draft"))
