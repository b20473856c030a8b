"""What providers tell us afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Callback(models.Model):
    """One thing that a provider reported, once. One of an unknown message waits a day for it."""

    provider = models.CharField(_("provider"), max_length=40)
    event_id = models.CharField(_("provider's event id"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20)
    provider_message_id = models.CharField(max_length=200, default="", db_default="")
    message = models.ForeignKey("channels.Message", models.CASCADE, null=True, db_index=False)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    applied_at = models.DateTimeField(_("applied"), null=True)
    payload = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="one_callback_per_event")
        ]
        indexes = [
            models.Index("received_at", name="callback_waiting", condition=models.Q(applied_at__isnull=True)),
            models.Index("message", name="callback_of_message", condition=models.Q(message__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}"
