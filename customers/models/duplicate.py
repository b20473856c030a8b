"""Customers who are probably one person, and the searches that find them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DuplicateSearch(models.Model):
    """One search, done by a process of its own; `beat_at` is its lease, by the database's clock.

    `mark` is the transaction before which everything was seen: the next search compares whom a later one has
    written with all.
    """

    class State(models.TextChoices):
        """queued → running → done or failed."""

        QUEUED = "queued", _("waits")
        RUNNING = "running", _("runs")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    is_full = models.BooleanField(_("everybody with everybody"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.CharField(_("by"), max_length=150, blank=True, default="")
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    mark = models.BigIntegerField(null=True)
    customers = models.BigIntegerField(_("customers compared"), default=0)
    found = models.IntegerField(_("pairs found"), default=0)
    error = models.TextField(_("error"), blank=True, default="")

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["queued", "running"]),
                name="one_duplicate_search",
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%F %R}"


class DuplicatePair(models.Model):
    """Two customers, the lower number first, who are probably one person, and what a person said of it.

    They are numbers, no keys: a merge and its undoing leave this row alone, and whoever reads it asks whether
    both are there. `evidence` is a list of field, level, weight and letters; it holds no values.
    """

    class State(models.TextChoices):
        """open → merged or kept apart, and never suggested again."""

        OPEN = "open", _("open")
        MERGED = "merged", _("merged")
        APART = "apart", _("kept apart")

    first_id = models.BigIntegerField()
    second_id = models.BigIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    probability = models.FloatField(_("probability"))
    evidence = models.JSONField(_("evidence"))
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("by"), max_length=150, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("probable duplicate")
        verbose_name_plural = _("probable duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first_id", "second_id"], name="one_row_per_pair"),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")), name="lower_number_first"
            ),
        ]
        indexes = [
            models.Index(fields=["second_id"], name="duplicate_second"),
            models.Index(
                fields=["-probability", "id"], name="duplicate_open", condition=models.Q(state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}, {self.second_id}"
