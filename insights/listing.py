"""Putting the customers who are chosen in the list on a list, or taking them off it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config import clock
from config.pages import site
from config.templatetags.sette import number
from config.undo import tell_with_undo
from customers.lists import ListError, Named, Operation, change_members
from customers.models import Customer, Membership, Segment

MOST = 1000  # customers at once; more are named by a file, on the page of the list
BACK = {Operation.APPEND: Operation.REMOVE, Operation.REMOVE: Operation.APPEND}


def choose(request: HttpRequest, customers: QuerySet[Customer], operation: Operation) -> HttpResponse:
    """Ask which list."""
    people = list(customers.order_by("pk")[: MOST + 1])
    if len(people) > MOST:
        words = _("Choose %(most)s customers at most; for more, name them by a file on the page of the list.")
        messages.error(request, words % {"most": number(MOST)})
        return redirect("admin:customers_customer_changelist")
    titles = {Operation.APPEND: _("Put on a list"), Operation.REMOVE: _("Take off a list")}
    context: dict[str, Any] = {
        "people": people,
        "operation": operation.value,
        "lists": Segment.objects.filter(kind=Segment.Kind.LIST, archived_at=None).order_by("name"),
    }
    return TemplateResponse(
        request, "insights/listing.html", site().page(request, titles[operation], **context)
    )


def change(request: HttpRequest) -> HttpResponse:
    """Do it; what was changed by it can be taken back."""
    segment = Segment.objects.filter(slug=request.POST.get("list", ""), kind=Segment.Kind.LIST).first()
    people = _named(request.POST.get("customers", ""))
    try:
        operation = Operation(request.POST.get("operation", ""))
    except ValueError:
        operation = Operation.CLEAR
    if segment is None or not people or operation not in BACK:
        messages.error(request, _("Choose customers and a list."))
        return redirect("admin:customers_customer_changelist")
    before = _members(segment, people)
    rows = [Named(line, str(person.public_id)) for line, person in enumerate(people, start=1)]
    try:
        change_members(segment, operation, rows, clock.now())
    except ListError as error:
        messages.error(request, str(error))
        return redirect("admin:customers_customer_changelist")
    _tell(
        request,
        segment,
        operation,
        [one for one in people if (one.pk in before) != (operation == Operation.APPEND)],
    )
    return redirect("admin:customers_customer_changelist")


def _named(text: str) -> list[Customer]:
    """The customers whose public ids the text holds, MOST at the most; what is none is passed over."""
    ids = set()
    for word in text.split(",")[:MOST]:
        try:
            ids.add(UUID(word.strip()))
        except ValueError:
            continue
    return list(Customer.objects.filter(public_id__in=ids).order_by("pk"))


def _members(segment: Segment, people: list[Customer]) -> set[int]:
    stays = Membership.objects.filter(segment=segment, customer__in=people, left_at=None)
    return set(stays.values_list("customer_id", flat=True))


def _tell(request: HttpRequest, segment: Segment, operation: Operation, changed: list[Customer]) -> None:
    many = {"many": number(len(changed)), "list": segment}
    if operation == Operation.APPEND:
        words = ngettext(
            "%(many)s customer is on %(list)s now.", "%(many)s customers are on %(list)s now.", len(changed)
        )
    else:
        words = ngettext(
            "%(many)s customer is off %(list)s now.", "%(many)s customers are off %(list)s now.", len(changed)
        )
    if not changed:
        messages.info(request, words % many)
        return
    ids = ",".join(str(person.public_id) for person in changed)
    fields = {"list": segment.slug, "operation": BACK[operation].value, "customers": ids}
    tell_with_undo(request, words % many, reverse("admin:customers_listing"), **fields)


site().add_page("customers/listing/", require_POST(change), "customers_listing", "customers.change_segment")
