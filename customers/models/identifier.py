"""How identifiers of each kind are taken: one row per kind, which people may change."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customer import IdentityKind

MOST_BLOCKED = 1000
LONGEST = 512


def check_blocked(text: str) -> None:
    """ValidationError where these lines can't be blocked values."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_BLOCKED:
        raise ValidationError(_("There may be at most %(most)d blocked values.") % {"most": MOST_BLOCKED})
    for line in lines:
        if len(line) > LONGEST:
            raise ValidationError(_("A blocked value has at most %(most)d letters.") % {"most": LONGEST})
        if "\0" in line or not line.strip("* "):
            raise ValidationError(_("“%(line)s” would block every value.") % {"line": line[:40]})


class IdentifierRule(models.Model):
    """The rule of one kind of identifier.

    How strong a kind is (`linking.LEVELS`) is fixed; `priority` orders those that are equally strong. A new
    identifier that is blocked, or beyond `most`, leads nowhere.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=IdentityKind, primary_key=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        help_text=_("Among identifiers of the same strength the one with the smaller number is asked first."),
    )
    most = models.PositiveIntegerField(
        _("most for one customer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How many of this kind a customer may have. Empty: any number."),
    )
    blocked = models.TextField(
        _("blocked values"),
        blank=True,
        default="",
        db_default="",
        validators=[check_blocked],
        help_text=_(
            "One a line; * stands for any letters, as in test@*. They lead to nobody: what many share, such"
            " as the phone of a shop, or what programs send for want of a value, such as unknown. Capital"
            " letters make no difference."
        ),
    )

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["priority"]

    def __str__(self) -> str:
        return str(self.get_kind_display())
