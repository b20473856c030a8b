"""What entering leaves behind, and what is to enter later."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryTally(models.Model):
    """How many came to a journey in an hour of the brand's clock; `verdict`: why not in, empty: entered."""

    pk = models.CompositePrimaryKey("journey_id", "hour", "verdict")
    journey = models.ForeignKey("journeys.Journey", models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField(_("hour"))
    verdict = models.CharField(_("verdict"), max_length=10)
    many = models.BigIntegerField(_("how many"))

    class Meta:
        verbose_name = _("count of entries")
        verbose_name_plural = _("counts of entries")

    def __str__(self) -> str:
        return f"{self.verdict or 'entered'}: {self.many}"


class Start(models.Model):
    """Customers who are to enter a journey together at a moment, or whose dates are to be looked up.

    waiting (`at` lies ahead) → under way (`last_id` is the last customer who was seen to) → finished.
    """

    class What(models.TextChoices):
        MEMBERS = "members", _("members enter")
        DATES = "dates", _("dates are looked up")

    journey = models.ForeignKey("journeys.Journey", models.CASCADE, related_name="starts")
    version = models.ForeignKey("journeys.JourneyVersion", models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=10, choices=What, default=What.MEMBERS, db_default="members")
    segment = models.CharField(max_length=80, default="", db_default="")
    stage = models.CharField(max_length=80, default="", db_default="")
    at = models.DateTimeField(_("at"))
    last_id = models.BigIntegerField(default=0, db_default=0)
    entered = models.BigIntegerField(_("entered"), default=0, db_default=0)
    refused = models.BigIntegerField(_("turned away"), default=0, db_default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("start")
        verbose_name_plural = _("starts")
        indexes = [
            models.Index(fields=["at"], name="start_open", condition=models.Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} at {self.at}"


class DateDue(models.Model):
    """When the date of a customer is next to let them into a journey. The row is the job."""

    pk = models.CompositePrimaryKey("journey_id", "customer_id")
    journey = models.ForeignKey("journeys.Journey", models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False
    )
    due_at = models.DateTimeField(_("due"), null=True, help_text=_("Empty: it does not come again."))
    seen = models.DateField(null=True, help_text=_("The last day that let the customer in."))

    class Meta:
        verbose_name = _("due date")
        verbose_name_plural = _("due dates")
        indexes = [models.Index(fields=["due_at"], name="date_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.customer_id} at {self.due_at}"
