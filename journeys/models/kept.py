"""Tests that are kept with a journey."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptTest(models.Model):
    """A customer, what happens, a clock, and what comes of it; run on publishing (`journeys.kept`)."""

    journey = models.ForeignKey(
        "journeys.Journey", models.CASCADE, related_name="kept_tests", verbose_name=_("journey")
    )
    name = models.CharField(_("name"), max_length=120)
    terms = models.JSONField(
        _("terms"), help_text=_("Who walks, what happens, from when to when; see docs/journeys.md.")
    )
    expects = models.JSONField(
        _("expects"), help_text=_("The messages, in their order; if given the steps passed, and the exit.")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("kept test")
        verbose_name_plural = _("kept tests")
        ordering = ["journey", "name"]
        constraints = [models.UniqueConstraint(fields=["journey", "name"], name="one_test_per_name")]

    def __str__(self) -> str:
        return self.name
