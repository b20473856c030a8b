"""What a message says, in each language."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.channel import ChannelKind


class Content(models.Model):
    """One thing to say on one channel. Its texts are Jinja2; an e-mail's body is MJML."""

    slug = models.SlugField(_("key"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=ChannelKind)
    topic = models.CharField(
        _("topic"), max_length=60, blank=True, default="", help_text=_("Consent is asked for it.")
    )
    is_transactional = models.BooleanField(
        _("transactional"),
        default=False,
        help_text=_(
            "Bypasses caps, quiet hours and marketing consent, never suppression. "
            "For what a customer asked for."
        ),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ContentText(models.Model):
    """A content in one language: the customer's, else the brand's, else the first that there is."""

    content = models.ForeignKey(Content, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject or title"), max_length=400, blank=True, default="")
    body = models.TextField(
        _("body"),
        help_text=_("E-mail: MJML with Jinja2. SMS, push: text with Jinja2. Webhook: JSON with Jinja2."),
    )
    plain = models.TextField(
        _("text part"), blank=True, default="", help_text=_("E-mail only. Empty: made from the body.")
    )
    link = models.CharField(
        _("link"),
        max_length=1000,
        blank=True,
        default="",
        help_text=_("Push: what it opens. Webhook: the URL."),
    )

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["content", "language"], name="one_text_per_language")]

    def __str__(self) -> str:
        return self.language
