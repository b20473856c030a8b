"""The catalogue and the orders, to be looked through."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.masking import shown_document
from config.pages import Empty, LongList
from config.templatetags.sette import DASH, as_json, money
from customers.models import Order, Product


class ReadList(LongList):
    """A list that is read; its rows have no form."""

    list_display_links = None
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It is filled by events, files and the API."""
        return False


@admin.register(Product)
class ProductAdmin(ReadList):
    """What is sold."""

    list_display = ("name", "product_id", "category", "brand", "costs", "reviews", "rated_by")
    search_fields = ("product_id__exact", "name", "sku__exact")
    ordering = ("name", "product_id")
    empty = Empty(
        _("No product yet. They come with the events of a shop, or from a CSV file."),
        _("Import a CSV file"),
        "admin:customers_import_add",
    )

    @admin.display(description=_("price"), ordering="price")
    def costs(self, product: Product) -> str:
        """The price with its currency."""
        return costing(product.price, product.currency)

    @admin.display(description=_("rating"))
    def rated_by(self, product: Product) -> str:
        """The average."""
        return "" if product.rating is None else f"{product.rating:.1f}"


@admin.register(Order)
class OrderAdmin(ReadList):
    """What was ordered."""

    list_display = ("named", "of", "occurred_at", "costs", "coupon", "became")
    search_fields = ("order_id__exact",)
    list_select_related = ("customer",)
    ordering = ("-id",)
    fields = (
        *("customer", "order_id", "occurred_at", "total", "currency", "coupon"),
        *("cancelled_at", "refunded_at", "refunded", "told"),
    )
    readonly_fields = ("told",)
    empty = Empty(
        _("No order yet. The first Order Completed of a source makes one."),
        _("Sources"),
        "admin:customers_source_changelist",
    )

    @admin.display(description=_("order"))
    def named(self, order: Order) -> str:
        """Its id, or that it came without one."""
        return order.shown_id

    @admin.display(description=_("customer"))
    def of(self, order: Order) -> SafeString:
        """Whose it is, with the way to the customer's page."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:customer", args=[order.customer.public_id]), order.customer
        )

    @admin.display(description=_("properties"))
    def told(self, order: Order) -> SafeString:
        """All that events said of it, as whoever asks may see it."""
        return format_html('<pre class="s-code">{}</pre>', as_json(shown_document(order.properties)))

    @admin.display(description=_("total"), ordering="total")
    def costs(self, order: Order) -> str:
        """The total with its currency."""
        return costing(order.total, order.currency)

    @admin.display(description=_("what became of it"))
    def became(self, order: Order) -> SafeString:
        """Whether it was cancelled, or paid back."""
        return became(order)


def costing(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency, or that it is not known."""
    return DASH if amount is None else money(amount, currency)


def became(order: Order) -> SafeString:
    """A mark of what became of an order."""
    if order.cancelled_at:
        return format_html('<span class="s-chip s-chip-bad">{}</span>', _("cancelled"))
    if order.refunded_at:
        said = _("paid back: %(amount)s") % {"amount": money(order.paid_back, order.currency)}
        return format_html('<span class="s-chip s-chip-warn">{}</span>', said)
    if order.occurred_at is None:
        return format_html('<span class="s-chip s-chip-plain">{}</span>', _("not placed yet"))
    return format_html('<span class="s-chip s-chip-good">{}</span>', _("placed"))
