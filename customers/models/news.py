"""What has changed about customers while nobody held their lock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class News(models.Model):
    """What rules read has changed about a customer; `customers.hear` asks them, and deletes the row."""

    class What(models.TextChoices):
        REACH = "reach", _("how they can be reached")
        MESSAGES = "messages", _("what they received")

    customer_id = models.BigIntegerField()
    what = models.CharField(max_length=10, choices=What)

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")

    def __str__(self) -> str:
        return f"{self.what} of {self.customer_id}"
