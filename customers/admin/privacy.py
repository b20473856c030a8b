"""A person's copy and erasure, from the customer's page; the record of both; for how long events are kept."""

import json
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from config import clock
from config.masking import is_hidden
from config.pages import Empty, LongList, Page, site
from config.refusal import Refused
from config.roles import SEE_PERSONAL
from config.templatetags.sette import number
from customers.models import Customer, PrivacyAct, Retention
from customers.privacy import erase_customers, hand_over_copy
from customers.retention import delete_retention, save_retention

W = PrivacyAct.What


def copy(request: HttpRequest, public_id: str) -> HttpResponse:
    """All that is known of the person, as JSON in a zip."""
    if is_hidden():
        raise Refused(SEE_PERSONAL)
    customer = get_object_or_404(Customer, public_id=public_id)
    known = hand_over_copy(customer.pk, request.user.get_username(), clock.now())
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        text = json.dumps(known, ensure_ascii=False, indent=1)
        archive.writestr(f"customer-{customer.public_id}.json", text)
    named = {"Content-Disposition": f'attachment; filename="customer-{customer.public_id}.zip"'}
    return HttpResponse(file.getvalue(), content_type="application/zip", headers=named)


def erase(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask whether it is meant; then erase the person for good."""
    customer = get_object_or_404(Customer, public_id=public_id)
    if request.method == "POST" and "sure" in request.POST:
        erase_customers([customer.pk], clock.now(), request.user.get_username())
        messages.success(request, _("The customer is erased, and nothing late brings them back."))
        return redirect("admin:customers_customer_changelist")
    if request.method == "POST":
        messages.error(request, _("Tick that you are sure."))
    context = site().page(request, _("Erase this customer"), customer=customer)
    return TemplateResponse(request, "customers/erase.html", context)


@admin.register(PrivacyAct)
class PrivacyActAdmin(LongList):
    """What was done for people's privacy."""

    list_display = ("act", "customer", "said", "by", "at")
    list_display_links = None
    list_filter = ("what",)
    search_fields = ("about__exact",)
    search_help_text = _("A customer's id")
    ordering = ("-id",)
    actions = None
    empty = Empty(
        _("Nothing yet. Copies handed over, people erased and old events deleted stand here."),
        _("See the customers"),
        "admin:customers_customer_changelist",
    )

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:  # noqa: ARG002
        """By the whole id of a customer; what is no id finds nobody."""
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(about=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A record is read."""
        return False

    @admin.display(description=_("what"), ordering="what")
    def act(self, act: PrivacyAct) -> SafeString:
        """In words."""
        look = "bad" if act.what == W.ERASED else "plain"
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, act.get_what_display())

    @admin.display(description=_("customer"))
    def customer(self, act: PrivacyAct) -> SafeString | str:
        """The id."""
        return format_html('<span class="s-mono">{}</span>', act.about) if act.about else ""

    @admin.display(description=_("details"))
    def said(self, act: PrivacyAct) -> str:
        """Which events, and for how long; or how many."""
        if act.what == W.RETENTION:
            told = {name: _days(act.details.get(name)) for name in ("from", "to")}
            return f"{act.details.get('events', '')}: {told['from']} → {told['to']}"
        return ", ".join(f"{pattern}: {number(many)}" for pattern, many in act.details.items())


def _days(days: int | None) -> str:
    if days is None:
        return gettext("for good")
    return ngettext("%(many)s day", "%(many)s days", days) % {"many": number(days)}


@admin.register(Retention)
class RetentionAdmin(Page):
    """For how long events are kept."""

    list_display = ("pattern", "kept", "changed_at", "changed_by")
    fields = ("pattern", "days")
    empty = Empty(
        _("All events are kept for good. Say here which are to be deleted after some time."),
        _("Add a time"),
        "admin:customers_retention_add",
    )

    @admin.display(description=_("kept"), ordering="days")
    def kept(self, row: Retention) -> str:
        """In words."""
        return _days(row.days)

    def save_model(self, request: HttpRequest, obj: Retention, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """From the next sweep on."""
        save_retention(obj, request.user.get_username(), clock.now())

    def delete_model(self, request: HttpRequest, obj: Retention) -> None:
        """Kept for good."""
        delete_retention(obj, request.user.get_username(), clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """The same, for several."""
        for row in queryset:
            self.delete_model(request, row)


OF_CUSTOMER = "customers/<uuid:public_id>"
site().add_page(f"{OF_CUSTOMER}/copy/", require_POST(copy), "customer_copy", "customers.export_customer")
site().add_page(
    f"{OF_CUSTOMER}/erase/",
    require_http_methods(["GET", "HEAD", "POST"])(erase),
    "customer_erase",
    "customers.erase_customer",
)
