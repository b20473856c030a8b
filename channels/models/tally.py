"""What became of messages, hour by hour: counted as it happens (`channels.tallies`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.channel import ChannelKind
from channels.models.message import MessageSource, MessageState, Reason


class Counted(models.TextChoices):
    """By which of its moments a message is counted; by each that it has had."""

    ASKED = "asked", _("when it was asked for")
    CLOSED = "closed", _("when it came to its fate")


class MessageTally(models.Model):
    """How many messages with the same keys an hour saw; the sum of the lines."""

    counted = models.CharField(max_length=6, choices=Counted)
    hour = models.DateTimeField()
    channel = models.CharField(max_length=10, choices=ChannelKind)
    source = models.CharField(max_length=10, choices=MessageSource)
    source_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=MessageState)
    reason = models.CharField(max_length=20, choices=Reason)
    by_cap = models.BooleanField()  # whether a cap ever held it
    messages = models.BigIntegerField()
    opened = models.BigIntegerField()
    clicked = models.BigIntegerField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("messages of an hour")
        verbose_name_plural = _("messages of hours")
        constraints = [
            models.UniqueConstraint(
                fields=["counted", "hour", "channel", "source", "source_id", "state", "reason", "by_cap"],
                name="message_tally_once",
                condition=models.Q(is_folded=True),
            )
        ]
        indexes = [
            models.Index(fields=["counted", "hour"], name="message_tally_hour"),
            models.Index(fields=["id"], name="message_tally_waiting", condition=models.Q(is_folded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.messages}"
