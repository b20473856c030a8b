"""Which value of a trait stays where several are said."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TraitRule(models.Model):
    """Of one trait, which value stays. A trait without a row keeps the newest."""

    class Way(models.TextChoices):
        NEWEST = "newest", _("the newest")
        TRUSTED = "trusted", _("of the most trusted source")
        FREQUENT = "frequent", _("the most frequent")

    trait = models.CharField(
        _("trait"), max_length=100, unique=True, help_text=_("Its name as it is kept, such as first_name.")
    )
    way = models.CharField(_("which value stays"), max_length=10, choices=Way, default=Way.NEWEST)

    class Meta:
        verbose_name = _("rule of a trait")
        verbose_name_plural = _("rules of traits")
        ordering = ["trait"]

    def __str__(self) -> str:
        return self.trait
