"""How much is enough: frequency caps and quiet hours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.channel import ChannelKind


class Cap(models.Model):
    """At most `limit` messages per window, counted per customer. Several caps hold together.

    A rolling window is `span` to the second; a calendar one is a day, a week from Monday, or a month in the
    customer's own time zone.
    """

    class Window(models.TextChoices):
        ROLLING = "rolling", _("rolling")
        DAY = "day", _("calendar day")
        WEEK = "week", _("calendar week")
        MONTH = "month", _("calendar month")

    name = models.CharField(_("name"), max_length=120, unique=True)
    limit = models.PositiveSmallIntegerField(_("at most"))
    window = models.CharField(_("window"), max_length=10, choices=Window)
    span = models.DurationField(_("length"), null=True, blank=True, help_text=_("Of a rolling window."))
    channel = models.CharField(
        _("channel"),
        max_length=10,
        choices=ChannelKind,
        blank=True,
        default="",
        help_text=_("Empty: all channels together."),
    )
    topic = models.CharField(
        _("topic"), max_length=60, blank=True, default="", help_text=_("Empty: all topics together.")
    )
    stage = models.ForeignKey(
        "customers.Stage",
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("stage"),
        help_text=_("Empty: in every stage."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(
        _("in force since"),
        null=True,
        editable=False,
        help_text=_("Messages before it are not held against this cap. Empty: always in force."),
    )

    class Meta:
        verbose_name = _("cap")
        verbose_name_plural = _("caps")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(window="rolling", span__isnull=False)
                | (~models.Q(window="rolling") & models.Q(span__isnull=True)),
                name="rolling_cap_has_a_length",
            ),
            models.CheckConstraint(condition=models.Q(limit__gte=1), name="cap_of_at_least_one"),
        ]

    def __str__(self) -> str:
        return self.name


class QuietHours(models.Model):
    """Local hours of the customer in which nothing goes out; over midnight where `starts` > `ends`."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    channel = models.CharField(
        _("channel"),
        max_length=10,
        choices=ChannelKind,
        blank=True,
        default="",
        help_text=_("Empty: all channels."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(starts=models.F("ends")), name="quiet_hours_leave_some"
            ),
        ]

    def __str__(self) -> str:
        return self.name
