"""Whatever happens to a customer, append-only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened. Names that begin with `$` are Sette's own.

    Rows are written under the events' lock only (`customers.events.write_events`), so ids grow in the order
    of commits and a reader that remembers the last id it has seen misses none. No foreign-key constraint:
    history is append-only, to be partitioned by time, and erased with its customer by `privacy`. A quiet
    event, of an import that was to be so, is heard by no journey.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        models.DO_NOTHING,
        related_name="events",
        db_constraint=False,
        db_index=False,
        verbose_name=_("customer"),
    )
    name = models.CharField(_("name"), max_length=200)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    properties = models.JSONField(_("properties"), default=dict, db_default={})
    source = models.ForeignKey(
        "customers.Source",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("source"),
    )
    message_id = models.CharField(max_length=200, blank=True, default="", db_default="")
    is_quiet = models.BooleanField(default=False, db_default=False, editable=False)
    origin_id = models.BigIntegerField(
        null=True, editable=False, help_text=_("As which customer's it came, who was merged since.")
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["customer", "name", "occurred_at"], name="event_of_customer")]

    def __str__(self) -> str:
        return self.name
