"""The golden record and the identities that lead to it."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.masking import is_hidden, masked, shown_identity


class Customer(models.Model):
    """All that the brand knows of one person. Its row is the lock of all that is decided about the person."""

    public_id = models.UUIDField(_("id"), unique=True, editable=False, db_default=RandomUUID())
    traits = models.JSONField(_("traits"), default=dict, db_default={}, blank=True)
    trait_times = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text=_("When each trait was said, in microseconds since 1970."),
    )
    trait_errors = models.JSONField(_("faults in traits"), default=dict, db_default={}, editable=False)
    trait_sources = models.JSONField(
        default=dict, db_default={}, editable=False, help_text=_("The source of each trait's value.")
    )
    trait_notes = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text=_("Of some traits: as whose the value came, how often each was said."),
    )
    language = models.CharField(_("language"), max_length=12, blank=True, default="", db_default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="", db_default="")
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the brand's."),
    )
    stage = models.ForeignKey(
        "customers.Stage",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("stage"),
        related_name="customers",
    )
    stage_since = models.DateTimeField(_("in this stage since"), null=True, blank=True)
    recheck_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When time alone could next change the stage or a segment.")
    )
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("export_customer", _("Can hand over a copy of all that is known")),
            ("erase_customer", _("Can erase a person for good")),
        ]
        indexes = [
            models.Index("recheck_at", name="customer_recheck", condition=models.Q(recheck_at__isnull=False)),
            models.Index("id", name="customer_without_zone", condition=models.Q(time_zone="")),
        ]

    def __str__(self) -> str:
        """The name, or the id; masked, with the beginning of the id, for who may not see it."""
        if not self.name:
            return str(self.public_id)
        return f"{masked(self.name)} {str(self.public_id)[:4]}" if is_hidden() else self.name

    @property
    def name(self) -> str:
        """The name to show: the trait `name`, else first and last name, else nothing."""
        traits = self.traits
        parts = (traits.get("first_name"), traits.get("last_name"))
        return str(traits.get("name") or " ".join(str(part) for part in parts if part))


class IdentityKind(models.TextChoices):
    """The kinds of identifiers that lead to a customer."""

    EXTERNAL = "external_id", _("customer number")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    ANONYMOUS = "anonymous_id", _("anonymous id")
    PUSH_TOKEN = "push_token", _("push token")
    LOYALTY_CARD = "loyalty_card", _("loyalty card")
    DEVICE = "device", _("device")
    COOKIE = "cookie", _("cookie")


class Identity(models.Model):
    """One identifier of one customer. The newest of a kind is where a message goes."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="identities", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=IdentityKind)
    value = models.CharField(_("value"), max_length=512)
    created_at = models.DateTimeField(_("since"))
    origin_id = models.BigIntegerField(
        null=True, editable=False, help_text=_("As which customer's it came, who was merged since.")
    )

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        # The index holds whose it is too: to find a customer reads no row of this table. In the order of
        # bytes, so that it finds what begins with some letters whatever the database's collation.
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                include=["customer", "origin_id"],
                opclasses=["varchar_ops", "varchar_pattern_ops"],
                name="one_customer_per_identity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.shown}"

    @property
    def shown(self) -> str:
        """The value, as whoever asks may see it."""
        return shown_identity(self.kind, self.value)


class MergedCustomer(models.Model):
    """A customer who turned out to be another one; what still names the old number is led to the new."""

    old_id = models.BigIntegerField(primary_key=True)
    old_public_id = models.UUIDField(_("old id"), unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="merged", verbose_name=_("customer"))
    merged_at = models.DateTimeField(_("merged"))

    class Meta:
        verbose_name = _("merged customer")
        verbose_name_plural = _("merged customers")

    def __str__(self) -> str:
        return str(self.old_public_id)


class MergeRecord(models.Model):
    """That one customer was merged into another: when, by which call or person, why; and how to undo it.

    `remembered` is what the merge overwrote, and whose rows were whose, by the apps' parts; it is gone when
    the merge is undone. The pair is not merged again by itself then.
    """

    old_id = models.BigIntegerField()
    old_public_id = models.UUIDField(_("old id"))
    customer_id = models.BigIntegerField()
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.CharField(_("by"), max_length=150, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    source = models.ForeignKey(
        "customers.Source",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("source"),
    )
    message_id = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=20, choices=IdentityKind, blank=True, default="")
    value = models.CharField(_("value"), max_length=512, blank=True, default="")
    remembered = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True, default="", db_default="")
    undone_reason = models.TextField(_("reason"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [
            models.Index(fields=["customer_id"], name="merge_into"),
            models.Index(fields=["old_id"], name="merge_of"),
        ]

    def __str__(self) -> str:
        return str(self.old_public_id)

    @property
    def shown(self) -> str:
        """The identifier that named both, as whoever asks may see it; nothing where a person merged them."""
        return shown_identity(self.kind, self.value) if self.kind else ""


class Tombstone(models.Model):
    """An identifier of a person who was erased, as a keyed hash: no late event or import brings them back."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    erased_at = models.DateTimeField(_("erased"))

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]
