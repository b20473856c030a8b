"""The tests that are kept with a journey: run, edited, taken out; and the journey as a file beside them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.forms import JsonField, told
from config.pages import Page, site
from journeys import kept
from journeys.admin.tabs import add_tab, journey_page
from journeys.faults import GraphError
from journeys.models import Journey, KeptTest
from journeys.rehearsal.terms import TermsError
from journeys.rehearsal.walk import WalkError

TESTS = "journey_tests"


def tests_page(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The tests; a POST runs them on the draft."""
    journey = get_object_or_404(Journey, pk=journey_id)
    tests = list(KeptTest.objects.filter(journey=journey))
    if request.method == "POST":
        _run(request, journey, tests)
        return redirect(f"admin:{TESTS}", journey_id)
    may_change = request.user.has_perm("journeys.change_journey")
    return journey_page(request, journey, TESTS, "journeys/tests.html", tests=tests, may_change=may_change)


def _run(request: HttpRequest, journey: Journey, tests: list[KeptTest]) -> None:
    """Run the tests on the draft, and say how each went."""
    try:
        outcomes = kept.run_tests(journey, tests)
    except GraphError as error:
        for problem in told(error.errors):
            messages.error(request, problem)
    except WalkError as error:
        messages.error(request, str(error))
    else:
        for outcome in outcomes:
            if outcome.has_passed:
                messages.success(request, _("%(test)s: passed") % {"test": outcome.name})
            for difference in outcome.differences:
                messages.error(request, f"{outcome.name}: {difference}")


class KeptTestForm(forms.ModelForm):  # type: ignore[type-arg]
    """A kept test as JSON."""

    terms = JsonField(label=gettext_lazy("Terms"), rows=24)
    expects = JsonField(label=gettext_lazy("Expects"), rows=24)

    class Meta:
        model = KeptTest
        fields = ("name", "terms", "expects")

    def clean(self) -> dict[str, Any]:
        """What can be run."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                kept.parse_case(cleaned["name"], cleaned["terms"], cleaned["expects"])
            except TermsError as error:
                raise forms.ValidationError(told(error.errors)) from error
        return cleaned


@admin.register(KeptTest)
class KeptTestAdmin(Page):
    """One test, to be edited or deleted; it is made by keeping a walk."""

    form = KeptTestForm
    fields = ("name", "terms", "expects")
    list_display = ("name", "journey", "changed_at")
    list_filter = ("journey",)
    search_fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """By the designer, the API or a file."""
        return False


site().add_page("journeys/<int:journey_id>/tests/", tests_page, TESTS, "journeys.view_journey")
add_tab(TESTS, gettext_lazy("Tests"))
