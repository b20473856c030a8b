"""What is found out ahead of time for pages that can't wait, and what people keep for themselves."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reading(models.Model):
    """What a sweep has last found out (`insights.readings`), by its name; overwritten each time."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    taken_at = models.DateTimeField(_("when"))
    found = models.JSONField(_("result"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")

    def __str__(self) -> str:
        return self.name


class RecentItem(models.Model):
    """A page that a person has opened, by what it is about: a kind (`insights.items`) and a number.

    Never its name: who is erased or renamed is so here too.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    number = models.BigIntegerField()
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recent item")
        verbose_name_plural = _("recent items")
        constraints = [models.UniqueConstraint(fields=["person", "kind", "number"], name="recent_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class SavedFilter(models.Model):
    """What a person has chosen to see of a list, under a name. What was searched for is not part of it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    of = models.CharField(_("list"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filter"), max_length=1000)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [models.UniqueConstraint(fields=["person", "of", "name"], name="one_filter_per_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
