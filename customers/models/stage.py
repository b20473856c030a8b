"""The seven stages and each customer's moves through them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.Model):
    """One of the seven. A customer stands in the one of least `precedence` whose rule holds, else stays.

    After a change `rebuilt_at` is empty until all customers are asked; `rebuilt_to` is how far, by their ids.
    """

    number = models.SmallIntegerField(_("number"), primary_key=True)
    slug = models.SlugField(_("key"), unique=True)
    rule = models.JSONField(
        _("rule"), default=dict, blank=True, help_text=_("Who belongs here. Empty: nobody.")
    )
    precedence = models.SmallIntegerField(
        _("precedence"), help_text=_("Of the stages whose rule holds, the one with the lowest number wins.")
    )
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
    """One move of one customer; the first has no `from_stage`. Append-only."""

    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="stage_moves",
        db_index=False,
        verbose_name=_("customer"),
    )
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+", verbose_name=_("from"))
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name=_("to"))
    moved_at = models.DateTimeField(_("moved"))

    class Meta:
        verbose_name = _("stage move")
        verbose_name_plural = _("stage moves")
        indexes = [
            models.Index(fields=["customer", "moved_at"], name="stage_move_of_customer"),
            models.Index(fields=["moved_at"], name="stage_move_at"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage_id or '-'} → {self.to_stage_id}"
