"""What is sold, what lies in carts, what was ordered: filled from Segment's commerce events.

The rows name a customer without a foreign-key constraint, as events do: they are written with these, moved by
`customers.merge` and erased by `customers.privacy`.
"""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_ID = 200


class Product(models.Model):
    """One product of the catalogue, as a file or the API told it, else as events do.

    `kept` names what a file or the API told: events change none of it. Of the rest the newest word counts,
    `told_at` being its moment; `times` has the moments of what was said earlier, in microseconds since 1970.
    """

    product_id = models.CharField(_("product id"), max_length=LONGEST_ID, unique=True)
    sku = models.CharField(_("SKU"), max_length=200, blank=True, default="", db_default="")
    name = models.CharField(_("name"), max_length=300, blank=True, default="", db_default="")
    category = models.CharField(_("category"), max_length=200, blank=True, default="", db_default="")
    brand = models.CharField(_("brand"), max_length=200, blank=True, default="", db_default="")
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    url = models.CharField(_("address"), max_length=1000, blank=True, default="", db_default="")
    image_url = models.CharField(_("picture"), max_length=1000, blank=True, default="", db_default="")
    kept = ArrayField(models.CharField(max_length=20), default=list, db_default=[], editable=False)
    times = models.JSONField(default=dict, db_default={}, editable=False)
    told_at = models.DateTimeField(_("last told"), null=True, editable=False)
    reviews = models.IntegerField(_("reviews"), default=0, db_default=0, editable=False)
    rated = models.IntegerField(default=0, db_default=0, editable=False)
    rating_sum = models.DecimalField(
        max_digits=18, decimal_places=4, default=Decimal(0), db_default=Decimal(0), editable=False
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name or self.product_id

    @property
    def rating(self) -> Decimal | None:
        """What its reviews gave it on average."""
        return self.rating_sum / self.rated if self.rated else None


class Order(models.Model):
    """One order, with its lines in `properties`: all that was told of it, the newest word on each key.

    `occurred_at` is when it was placed; empty while only later news of it came. An order that was told
    without an id goes by that of its message. `properties` says besides, where it is so, `cancelled_at`,
    `refunded_at` and `refunded`; `total` stands there as a number.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        models.DO_NOTHING,
        related_name="orders",
        db_constraint=False,
        db_index=False,
        verbose_name=_("customer"),
    )
    order_id = models.CharField(_("order"), max_length=300)
    occurred_at = models.DateTimeField(_("placed"), null=True)
    properties = models.JSONField(_("properties"), default=dict)
    times = models.JSONField(default=dict, db_default={}, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    coupon = models.CharField(_("coupon"), max_length=200, blank=True, default="", db_default="")
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    refunded_at = models.DateTimeField(_("refunded"), null=True)
    refunded = models.DecimalField(
        _("paid back"), max_digits=18, decimal_places=4, default=Decimal(0), db_default=Decimal(0)
    )
    is_refunded_whole = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["customer", "order_id"], name="one_row_per_order_of_customer")
        ]
        indexes = [
            models.Index(fields=["customer", "occurred_at"], name="order_of_customer"),
            models.Index(fields=["order_id"], name="order_by_its_id"),
        ]

    def __str__(self) -> str:
        return self.shown_id

    @property
    def shown_id(self) -> str:
        """Its id, or that it came without one."""
        return str(_("without a number")) if self.order_id.startswith("$") else self.order_id

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was ordered."""
        found = self.properties.get("products")
        return found if isinstance(found, list) else []

    @property
    def paid_back(self) -> Decimal:
        """How much of it was refunded; all, where a refund named no amount."""
        return self.total or Decimal(0) if self.is_refunded_whole else self.refunded


class Cart(models.Model):
    """The cart of one customer, as it is now; its lines are those of `CartLine` that did not end.

    `told_at` is the moment of the newest event that made it so: an earlier one that comes late has the part
    of its history made anew to which it belongs.
    """

    customer = models.OneToOneField(
        "customers.Customer",
        models.DO_NOTHING,
        primary_key=True,
        related_name="cart",
        db_constraint=False,
        verbose_name=_("customer"),
    )
    told_at = models.DateTimeField(_("changed"))
    opened_at = models.DateTimeField(_("opened"), null=True)
    checkout_at = models.DateTimeField(_("checkout begun"), null=True)
    coupon = models.CharField(_("coupon"), max_length=200, blank=True, default="", db_default="")
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    items = models.DecimalField(_("pieces"), max_digits=18, decimal_places=4, default=Decimal(0))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4, default=Decimal(0))

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")

    def __str__(self) -> str:
        return str(self.customer_id)


class CartLine(models.Model):
    """Some of one product that was put into the cart at one moment; ended when it was taken out or ordered.

    Lines that ended are the history by which past moments are asked. `properties` is the product as the event
    told it, with `quantity` and `value` as numbers.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        models.DO_NOTHING,
        related_name="cart_lines",
        db_constraint=False,
        db_index=False,
        verbose_name=_("customer"),
    )
    product_id = models.CharField(_("product id"), max_length=LONGEST_ID, blank=True)
    occurred_at = models.DateTimeField(_("added"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=4)
    properties = models.JSONField(_("properties"), default=dict)

    class Meta:
        verbose_name = _("line of a cart")
        verbose_name_plural = _("lines of carts")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product_id", "occurred_at"], name="one_line_per_product_and_moment"
            )
        ]
        indexes = [
            models.Index(
                fields=["customer", "occurred_at"],
                name="open_line_of_customer",
                condition=models.Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.product_id
