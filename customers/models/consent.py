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


class ConsentWord(models.Model):
    """One word that a customer said, as it was said: what stands in Consent is the last. Append-only.

    A word that says again what stands already, from the same source in the same wording, is not kept anew.
    """

    class Said(models.TextChoices):
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        ASKED = "asked", _("to be confirmed")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="consent_words", db_index=False
    )
    channel = models.CharField(_("channel"), max_length=10)
    topic = models.CharField(_("topic"), max_length=60, blank=True, default="")
    said = models.CharField(_("said"), max_length=8, choices=Said)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    wording = models.TextField(_("wording"), blank=True, default="")
    proof = models.JSONField(
        _("proof"), default=dict, help_text=_("The message, call, file or person that it came by.")
    )
    via = models.ForeignKey(
        "customers.Source",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("touchpoint"),
    )
    said_at = models.DateTimeField(_("said at"))
    kept_at = models.DateTimeField(_("kept since"))
    origin_id = models.BigIntegerField(
        null=True, editable=False, help_text=_("As which customer's it came, who was merged since.")
    )

    class Meta:
        verbose_name = _("word of consent")
        verbose_name_plural = _("words of consent")
        indexes = [models.Index(fields=["customer", "-id"], name="consent_word_of_customer")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.topic or '*'}: {self.said}"


class DoubleOptIn(models.Model):
    """Where a yes counts only once it is confirmed, by a link that is sent to the address itself.

    Without a topic: every yes on the channel. A yes to the whole channel is to be confirmed where one of its
    topics asks for it.
    """

    class On(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")

    channel = models.CharField(_("channel"), max_length=10, choices=On)
    topic = models.SlugField(
        _("topic"), max_length=60, blank=True, default="", help_text=_("Empty: every topic of the channel.")
    )

    class Meta:
        verbose_name = _("double opt-in")
        verbose_name_plural = _("double opt-in")
        ordering = ["channel", "topic"]
        constraints = [models.UniqueConstraint(fields=["channel", "topic"], name="one_opt_in_per_place")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.topic or '*'}"


class PendingConsent(models.Model):
    """A yes that is not confirmed: it counts for nothing until it is.

    `ask_at`: when a confirmation is to be sent; none: it was, or (a file's) none is to be.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="pending_consents", db_index=False
    )
    channel = models.CharField(_("channel"), max_length=10)
    topic = models.CharField(_("topic"), max_length=60, blank=True, default="")
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    wording = models.TextField(_("wording"), blank=True, default="")
    said_at = models.DateTimeField(_("said at"))
    ask_at = models.DateTimeField(_("to be asked at"), null=True)

    class Meta:
        verbose_name = _("consent to be confirmed")
        verbose_name_plural = _("consents to be confirmed")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel", "topic"], name="one_pending_per_channel_and_topic"
            ),
        ]
        indexes = [
            models.Index("ask_at", name="pending_consent_to_ask", condition=models.Q(ask_at__isnull=False))
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
