"""Who is written to by no marketing at all, so that what it does can be told."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Holdout(models.Model):
    """So many of a hundred customers get no marketing, from a moment until another. Rows are kept.

    Who is in it follows from the customer's bucket under `salt` (customers/buckets.py), for any moment.
    """

    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    salt = models.CharField(max_length=80, default="global", db_default="global", editable=False)
    since = models.DateTimeField(_("since"), editable=False)
    until = models.DateTimeField(_("until"), null=True, editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("set by"),
    )

    class Meta:
        verbose_name = _("holdout")
        verbose_name_plural = _("holdout")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["salt"], name="one_open_holdout", condition=models.Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="holdout_percent", condition=models.Q(percent__gt=0) & models.Q(percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"
