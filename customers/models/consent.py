"""What a customer agreed to, and which addresses are never written to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.masking import shown_identity


class Topic(models.Model):
    """What messages are about, as customers choose it."""

    slug = models.SlugField(_("key"), unique=True, max_length=60)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """The last word of a customer on a channel and a topic (`""`: the whole channel). No row means no.

    A message of topic t on channel c may go out where the newest of the customer's rows allow it: (c, "")
    must not be refused, and (c, t) or, without such a row, (c, "") must be granted.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="consents", db_index=False
    )
    channel = models.CharField(_("channel"), max_length=10)
    topic = models.CharField(
        _("topic"), max_length=60, blank=True, default="", help_text=_("Empty: the whole channel.")
    )
    is_granted = models.BooleanField(_("granted"))
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    wording = models.TextField(_("wording"), blank=True, default="")
    changed_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "topic"], name="one_word_per_channel_and_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.topic or '*'}"


class Suppression(models.Model):
    """An address that is never written to again: bounced for good, complained, or asked for by hand."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("complained")
        BY_HAND = "by_hand", _("by hand")
        GONE = "gone", _("address gone")

    kind = models.CharField(_("kind"), max_length=20)
    value = models.CharField(_("address"), max_length=512)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_suppression_per_address")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.shown}"

    @property
    def shown(self) -> str:
        """The address, as whoever asks may see it."""
        return shown_identity(self.kind, self.value)
