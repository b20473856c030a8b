"""Segments: customers for whom a rule holds, or who are on a list, as rows with their times."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class _Shown(models.Manager["Segment"]):
    """The segments that people made."""

    def get_queryset(self) -> models.QuerySet["Segment"]:
        return super().get_queryset().filter(is_internal=False)


class Segment(models.Model):
    """Customers for whom `rule` holds, kept up to date as they change and as time passes; or a list.

    The members of a list are put in and taken out by people and programs, and by nothing else.

    One that is archived stays as it was: nothing keeps it up to date, and nothing may use it. After a change
    `rebuilt_at` is empty until all customers are asked; `rebuilt_to` is how far, by their ids.
    `stalled_at`: when that was given up, for the rule takes too long.

    One that `is_internal` is made by an app above us, for a rule of which it must be told; no page shows it.
    """

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", _("dynamic")
        LIST = "list", _("list")

    slug = models.SlugField(_("key"), unique=True, max_length=80)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, default=Kind.DYNAMIC, db_default=Kind.DYNAMIC
    )
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True, default="")
    rule = models.JSONField(_("rule"), default=dict)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), null=True, editable=False)
    rebuilt_at = models.DateTimeField(_("rebuilt"), null=True, editable=False)
    rebuilt_to = models.BigIntegerField(default=0, db_default=0, editable=False)
    stalled_at = models.DateTimeField(_("given up"), null=True, editable=False)
    changes = models.BigIntegerField(
        default=0, db_default=0, editable=False, help_text=_("How often the members of a list were changed.")
    )
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    is_internal = models.BooleanField(default=False, db_default=False, editable=False)

    objects = _Shown()
    every: "models.Manager[Segment]" = models.Manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        permissions = [("export_segment", _("Can export the members of a segment"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="dynamic") | models.Q(rule={}), name="list_without_rule"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A customer's stay in a segment; one that is over keeps both its times.

    No foreign-key constraints, which would be asked row by row: all that write here, and all that delete a
    segment or a customer, hold the events' lock.
    """

    segment = models.ForeignKey(
        Segment, models.CASCADE, related_name="memberships", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="memberships", db_index=False, db_constraint=False
    )
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "customer"],
                name="one_stay_at_a_time",
                condition=models.Q(left_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "segment"], name="membership_of_customer"),
            models.Index(
                fields=["segment", "left_at"],
                name="membership_left",
                condition=models.Q(left_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} ∋ {self.customer_id}"
