"""What is done for people's privacy, and for how long which events are kept."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_KEPT = 36_500  # days


class PrivacyAct(models.Model):
    """One thing that was done for privacy: what, by whom, when. Append-only, and with nothing personal in it.

    `about` is the customer's id, which leads nowhere once they are erased; none: it is about no single one.
    """

    class What(models.TextChoices):
        COPIED = "copied", _("copy handed over")
        ERASED = "erased", _("erased")
        RETENTION = "retention", _("retention changed")
        FORGOTTEN = "forgotten", _("old events deleted")

    what = models.CharField(_("what"), max_length=10, choices=What)
    about = models.UUIDField(_("customer"), null=True)
    by = models.CharField(
        _("by"), max_length=150, blank=True, default="", help_text=_("Empty: the product itself.")
    )
    at = models.DateTimeField(_("when"))
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("privacy act")
        verbose_name_plural = _("privacy acts")
        indexes = [
            models.Index("about", name="privacy_act_about", condition=models.Q(about__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.about or ''}".strip()


class Retention(models.Model):
    """For how long events of some kind are kept; of several that fit a name the shortest counts.

    `pattern` is a name, with `*` for any letters. Sette's own events, which begin with `$`, are meant only by
    a pattern that begins with `$` too. An event that no row fits is kept for good.
    """

    pattern = models.CharField(
        _("events"), max_length=200, unique=True, help_text=_("A name; * stands for any letters.")
    )
    days = models.PositiveIntegerField(
        _("days"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_KEPT)]
    )
    changed_at = models.DateTimeField(_("since"), editable=False)
    changed_by = models.CharField(_("by"), max_length=150, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("retention")
        verbose_name_plural = _("retention")
        ordering = ["pattern"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(days__gte=1, days__lte=LONGEST_KEPT), name="retention_of_days"
            )
        ]

    def __str__(self) -> str:
        return self.pattern


class RetentionSweep(models.Model):
    """How far the last look for events that are too old has come: by their ids, up to `last`."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    reached = models.BigIntegerField(default=0)
    last = models.BigIntegerField()
    deleted = models.JSONField(default=dict, help_text=_("How many, by the pattern that they fitted."))

    class Meta:
        verbose_name = _("look for old events")
        verbose_name_plural = _("looks for old events")

    def __str__(self) -> str:
        return f"{self.started_at:%F}"
