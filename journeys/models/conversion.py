"""Goals that customers reached."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Conversion(models.Model):
    """One goal that one enrollment reached, while it counted. Append-only.

    `occasion` is 0 for a goal that counts once; else the event's id, or less than 0 the visit of the step
    that marked it: so that each is counted once, however often it is heard.
    """

    journey = models.ForeignKey(
        "journeys.Journey", models.DO_NOTHING, related_name="conversions", db_constraint=False, db_index=False
    )
    version = models.ForeignKey(
        "journeys.JourneyVersion", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    enrollment = models.ForeignKey(
        "journeys.Enrollment",
        models.DO_NOTHING,
        related_name="conversions",
        db_constraint=False,
        db_index=False,
    )
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    is_held_out = models.BooleanField(
        _("held out"), default=False, db_default=False, help_text=_("As its enrollment.")
    )
    goal = models.CharField(_("goal"), max_length=50)
    occasion = models.BigIntegerField()
    event_id = models.BigIntegerField(null=True, help_text=_("None: a step marked it."))
    occurred_at = models.DateTimeField(_("reached"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(_("currency"), max_length=3, default="", db_default="")

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "goal", "occasion"], name="one_conversion"),
            models.CheckConstraint(
                name="money_has_a_currency",
                condition=models.Q(value__isnull=True, currency="")
                | (models.Q(value__isnull=False) & ~models.Q(currency="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["journey", "goal"],
                include=["version", "occurred_at", "enrollment", "is_held_out"],
                name="conversion_of_journey",
            ),
            models.Index(fields=["customer"], name="conversion_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.goal}: {self.enrollment_id}"
