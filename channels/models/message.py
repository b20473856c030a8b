"""The outbox: one row per candidate, one fate per row."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.channel import ChannelKind


class MessageState(models.TextChoices):
    """Where a message stands: three ways of being open, then its fate; `sent` may still become more."""

    QUEUED = "queued", _("queued")
    HELD = "held", _("held")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("complained")
    SUPPRESSED = "suppressed", _("not sent")
    FAILED = "failed", _("failed")
    UNCERTAIN = "uncertain", _("uncertain")


OPEN = [MessageState.QUEUED, MessageState.HELD]
# In the ledger's identity, delivered, bounced and complained count as sent.
SENT_AND_AFTER = [MessageState.SENT, MessageState.DELIVERED, MessageState.BOUNCED, MessageState.COMPLAINED]


class MessageSource(models.TextChoices):
    """Who asked for a message."""

    JOURNEY = "journey", _("journey")
    BROADCAST = "broadcast", _("broadcast")
    API = "api", _("API")
    CONSENT = "consent", _("double opt-in")


class OnCap(models.TextChoices):
    """What a message does when a cap is full."""

    HOLD = "hold", _("wait for the slot")
    SWITCH = "switch", _("go out on another channel")
    DROP = "drop", _("be dropped")


class Reason(models.TextChoices):
    """Why a message is held or was not sent."""

    CAP = "cap", _("a cap is full")
    PRIORITY = "priority", _("gave its place to a more important message")
    QUIET_HOURS = "quiet_hours", _("quiet hours")
    OWN_WISH = "own_wish", _("more often than the customer wishes")
    ON_PAUSE = "on_pause", _("the customer has paused messages")
    PAUSED = "paused", _("paused")
    NO_CONSENT = "no_consent", _("no consent")
    SUPPRESSED_ADDRESS = "suppressed_address", _("address suppressed")
    NO_ADDRESS = "no_address", _("no address on this channel")
    HOLDOUT = "holdout", _("holdout")
    EXITED = "exited", _("left the journey")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("too late to be of use")
    STALE = "stale", _("too old when its journey was resumed")
    CHANNEL_OFF = "channel_off", _("channel not active")
    CONTENT = "content", _("the content could not be rendered")
    REFUSED = "refused", _("refused by the provider")
    EXHAUSTED = "exhausted", _("the provider failed again and again")
    NO_ANSWER = "no_answer", _("the provider's answer never came")


class Message(models.Model):
    """A candidate message and what became of it."""

    public_id = models.UUIDField(_("id"), unique=True, editable=False, db_default=RandomUUID())
    customer = models.ForeignKey(
        "customers.Customer",
        models.CASCADE,
        related_name="messages",
        db_index=False,
        verbose_name=_("customer"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=ChannelKind)
    content = models.ForeignKey(
        "channels.Content", models.PROTECT, null=True, db_index=False, verbose_name=_("content")
    )
    topic = models.CharField(_("topic"), max_length=60, default="", db_default="")
    is_transactional = models.BooleanField(_("transactional"), default=False, db_default=False)
    priority = models.SmallIntegerField(
        _("priority"), default=50, db_default=50, help_text=_("The higher wins.")
    )
    context = models.JSONField(_("context"), default=dict, db_default={})

    # Who asked for it. Plain numbers: the rows that they name belong to apps above this one.
    source = models.CharField(_("asked for by"), max_length=10, choices=MessageSource)
    source_id = models.BigIntegerField(help_text=_("Journey version or broadcast."))
    enrollment_id = models.BigIntegerField(null=True)
    step = models.CharField(_("step"), max_length=60, default="", db_default="")
    visit = models.IntegerField(default=0, db_default=0)

    # Where it stands.
    state = models.CharField(
        _("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED, db_default="queued"
    )
    reason = models.CharField(_("why"), max_length=20, choices=Reason, default="", db_default="")
    detail = models.CharField(
        _("detail"), max_length=500, default="", db_default="", help_text=_("By which rule, in words.")
    )
    held_by = models.CharField(
        _("was held back by"),
        max_length=20,
        choices=Reason,
        default="",
        db_default="",
        help_text=_("A cap, if ever one did; else the last reason. It stays when the message goes on."),
    )
    due_at = models.DateTimeField(
        _("due"), null=True, help_text=_("Of an open message: when it is looked at next.")
    )
    expires_at = models.DateTimeField(_("of use until"), null=True)
    held_out = models.CharField(
        max_length=10, default="", db_default="", help_text=_("By whose holdout, if its customer is in one.")
    )
    on_cap = models.CharField(max_length=6, choices=OnCap, default=OnCap.HOLD, db_default="hold")
    fallbacks = models.JSONField(default=list, db_default=[], help_text=_("Contents to switch to, in order."))

    # Sending.
    slot_at = models.DateTimeField(
        null=True, help_text=_("When it took its place in the caps; none: not counted.")
    )
    stage_number = models.SmallIntegerField(
        null=True, help_text=_("The customer's stage at that moment; caps may hold for one stage only.")
    )
    attempts = models.SmallIntegerField(_("attempts"), default=0, db_default=0)
    lease_until = models.DateTimeField(null=True, help_text=_("By the database's clock."))
    lease_token = models.UUIDField(null=True)
    provider_id = models.CharField(_("provider's id"), max_length=200, default="", db_default="")

    created_at = models.DateTimeField(_("asked for"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    clicked_at = models.DateTimeField(_("clicked"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True, help_text=_("When it came to its fate."))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment_id", "step", "visit"],
                name="one_message_per_visit",
                condition=models.Q(enrollment_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["source_id", "customer"],
                name="one_message_per_member",
                condition=models.Q(source="broadcast", step=""),  # of merged customers, the second has a step
            ),
            models.CheckConstraint(
                condition=models.Q(state="sending") | models.Q(lease_token__isnull=True),
                name="lease_only_while_sending",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "held"]) | models.Q(due_at__isnull=True),
                name="due_only_while_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "-priority", "due_at", "id"],
                name="message_due",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["customer", "due_at"],
                name="message_open",
                condition=models.Q(state__in=["queued", "held"]),
            ),
            models.Index(fields=["lease_until"], name="message_leased", condition=models.Q(state="sending")),
            models.Index(
                fields=["customer", "slot_at"], name="message_slot", condition=models.Q(slot_at__isnull=False)
            ),
            models.Index(
                fields=["slot_at"],
                include=["customer", "channel", "topic"],
                name="message_slot_at",
                condition=models.Q(slot_at__isnull=False),
            ),
            # What people look for. What is sent as it should be is in none of the two.
            models.Index(
                fields=["state", "-id"],
                name="message_in_state",
                condition=models.Q(
                    state__in=["held", "suppressed", "failed", "uncertain", "bounced", "complained"]
                ),
            ),
            models.Index(fields=["reason", "-id"], name="message_for_reason", condition=~models.Q(reason="")),
            models.Index(fields=["customer", "-id"], name="message_of_customer"),
            models.Index(fields=["source", "source_id", "state"], name="message_of_source"),
            models.Index(
                fields=["provider_id"], name="message_provider_id", condition=~models.Q(provider_id="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PausedSource(models.Model):
    """A source whose messages stay held; one that comes back unsent from a provider waits too."""

    source = models.CharField(max_length=10, choices=MessageSource)
    source_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("paused source")
        verbose_name_plural = _("paused sources")
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="paused_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class FateNotice(models.Model):
    """Tells the journeys that a message of an enrollment came to its fate; read and deleted by them."""

    message_id = models.BigIntegerField(primary_key=True)
    enrollment_id = models.BigIntegerField()
    step = models.CharField(max_length=60)
    visit = models.IntegerField()
    fate = models.CharField(max_length=10, choices=MessageState)
    fated_at = models.DateTimeField()
    answer = models.JSONField(null=True, help_text=_("What the system that was called said, if it did."))

    class Meta:
        verbose_name = _("fate notice")
        verbose_name_plural = _("fate notices")

    def __str__(self) -> str:
        return f"{self.message_id}: {self.fate}"
