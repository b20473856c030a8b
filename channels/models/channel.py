"""The channels that there are, and by which provider each sends."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """The ways to a customer. A webhook that is called is a message too."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    PUSH = "push", _("push")
    WEBHOOK = "webhook", _("webhook")


class Channel(models.Model):
    """One way to customers and the provider that serves it. No row, or not active: nothing goes out there."""

    kind = models.CharField(_("channel"), max_length=10, choices=ChannelKind, primary_key=True)
    provider = models.CharField(
        _("provider"), max_length=40, help_text=_("The provider's kind, for example smtp.")
    )
    settings = models.BinaryField(
        editable=False, default=b"", help_text=_("Encrypted; see channels/secrets.py.")
    )
    sender = models.CharField(_("sender"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    rests_until = models.DateTimeField(
        _("rests until"),
        null=True,
        editable=False,
        help_text=_("Its provider asked to be left alone: nothing is handed over before."),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["kind"]

    def __str__(self) -> str:
        return str(ChannelKind(self.kind).label)
