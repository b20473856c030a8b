"""What the repair sweeps found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RepairSweep(models.Model):
    """One look at everybody, a few customers at a time in the order of their numbers; `reached` is how far.

    Counted is what was kept and not true, and has been mended. `findings` says of which definition.
    """

    started_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("complete since"), null=True)
    reached = models.BigIntegerField(default=0)
    customers = models.BigIntegerField(_("customers looked at"), default=0)
    missing = models.IntegerField(_("members missing"), default=0)
    surplus = models.IntegerField(_("members too many"), default=0)
    misplaced = models.IntegerField(_("stages wrong"), default=0)
    findings = models.JSONField(_("where"), default=dict)

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")

    def __str__(self) -> str:
        return f"{self.started_at:%F}"
