"""How often a customer wants to be written to, by their own word."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """What a customer has said in the preference centre beside consent; nobody else's cap or pause.

    It is about marketing only, on all channels to a person. No row: as often as the brand's caps allow.
    """

    class Every(models.IntegerChoices):
        DAY = 1, _("at most one message a day")
        WEEK = 7, _("at most one message a week")
        MONTH = 30, _("at most one message in 30 days")

    customer = models.OneToOneField(
        "customers.Customer",
        models.CASCADE,
        primary_key=True,
        related_name="preference",
        verbose_name=_("customer"),
    )
    every_days = models.PositiveSmallIntegerField(
        _("how often"), choices=Every, null=True, help_text=_("At most one message in so many days.")
    )
    paused_until = models.DateTimeField(
        _("paused until"),
        null=True,
        help_text=_("What would go out before is not sent, and not made up for."),
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.customer_id)
