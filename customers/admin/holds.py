"""Putting a customer into a stage by hand, and giving them back to the rules: the customer's page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config import clock
from config.pages import site
from customers.holds import HoldError, hold_stage, release_stage
from customers.models import Customer, Stage

ENDS = {"never": _("for good"), "yields": _("until the rules name another stage"), "until": _("until")}


class HoldForm(forms.Form):
    """Which stage, why, and how long."""

    stage = forms.ModelChoiceField(Stage.objects.all())
    reason = forms.CharField(max_length=1000)
    ends = forms.ChoiceField(choices=list(ENDS.items()))
    until = forms.DateTimeField(required=False)


def hold(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hold as the form says, or release."""
    customer = get_object_or_404(Customer, public_id=public_id)
    if "release" in request.POST:
        release_stage(customer.pk, request.user.get_username(), clock.now())
        messages.success(request, _("The rules decide about this customer again."))
        return redirect("admin:customer", public_id)
    form = HoldForm(request.POST)
    if form.is_valid():
        _hold(request, customer, form.cleaned_data)
    else:
        messages.error(request, " ".join(_words(form)))
    return redirect("admin:customer", public_id)


def _hold(request: HttpRequest, customer: Customer, given: dict[str, Any]) -> None:
    until = given["until"] if given["ends"] == "until" else None
    if given["ends"] == "until" and until is None:
        messages.error(request, _("Say until when."))
        return
    by, now = request.user.get_username(), clock.now()
    try:
        hold_stage(
            customer.pk,
            given["stage"],
            given["reason"],
            by,
            now,
            until=until,
            yields=given["ends"] == "yields",
        )
    except HoldError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The customer stands in the stage %s now.") % given["stage"].label)


def _words(form: HoldForm) -> list[str]:
    labels = {
        "stage": gettext("stage"),
        "reason": gettext("reason"),
        "ends": gettext("how long"),
        "until": gettext("until"),
    }
    return [f"{labels[field]}: {' '.join(map(str, errors))}" for field, errors in form.errors.items()]


site().add_page(
    "customers/<uuid:public_id>/stage/", require_POST(hold), "customer_stage", "customers.change_customer"
)
