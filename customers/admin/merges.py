"""Merging two customers by hand, and taking apart who was merged: from the customer's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from config import clock
from config.masking import shown_document
from config.pages import site
from customers.by_hand import MergeError, ReasonError, merge_by_hand, merge_preview, other_customer
from customers.models import Customer, Event, Identity, MergeRecord
from customers.unmerge import UnmergeError, unmerge


def merge(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the merge with the other would do (GET), or the merge (POST)."""
    customer = get_object_or_404(Customer.objects.select_related("stage"), public_id=public_id)
    given = request.POST if request.method == "POST" else request.GET
    try:
        other = other_customer(customer, given.get("other", ""))
        preview = merge_preview(customer, other)
        if request.method == "POST":
            by = request.user.get_username()
            merge_by_hand(customer.pk, other.pk, given.get("reason", ""), by, clock.now())
            messages.success(request, _("The two are one customer now."))
            return redirect("admin:customer", public_id)
    except ReasonError as error:
        messages.error(request, str(error))
    except MergeError as error:
        messages.error(request, str(error))
        return redirect("admin:customer", public_id)
    shown = [shown_document({one.name: one[place] for one in preview.clashes}) for place in (1, 2, 3)]
    context = {
        "customer": customer,
        "other": other,
        "pair": (customer, other),
        "preview": preview,
        "clashes": {one.name: [part[one.name] for part in shown] for one in preview.clashes},
        "now": clock.now(),
    }
    page = site().page(request, _("Merge two customers"), **context)
    return TemplateResponse(request, "customers/merge.html", page)


def unmerge_page(request: HttpRequest, public_id: str, record_id: int) -> HttpResponse:
    """What would go back (GET), or taking the two apart (POST)."""
    customer = get_object_or_404(Customer, public_id=public_id)
    record = get_object_or_404(MergeRecord, pk=record_id, customer_id=customer.pk)
    if record.undone_at is not None:
        messages.error(request, _("These are apart already, or one of them was erased."))
        return redirect("admin:customer", public_id)
    if request.method == "POST":
        by, reason = request.user.get_username(), request.POST.get("reason", "")
        try:
            unmerge(record.pk, by, reason, clock.now())
        except UnmergeError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("They are two customers again."))
            return redirect("admin:customer", record.old_public_id)
    theirs = {"customer": customer.pk, "origin_id": record.old_id}
    context = {
        "customer": customer,
        "record": record,
        "identities": Identity.objects.filter(**theirs).order_by("kind", "-created_at"),
        "events": Event.objects.filter(**theirs).count(),
    }
    page = site().page(request, _("Take two customers apart"), **context)
    return TemplateResponse(request, "customers/unmerge.html", page)


CHANGE = "customers.change_customer"
both = require_http_methods(["GET", "POST"])
site().add_page("customers/<uuid:public_id>/merge/", both(merge), "customer_merge", CHANGE)
site().add_page(
    "customers/<uuid:public_id>/unmerge/<int:record_id>/", both(unmerge_page), "customer_unmerge", CHANGE
)
