"""Probable duplicates: the list, the two side by side, and what is decided."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from config import clock
from config.masking import shown_document
from config.pages import Empty, LongList, site
from customers.by_hand import MergeError
from customers.duplicates.pairs import (
    DecidedError,
    Two,
    keep_apart,
    merge_pair,
    next_pair,
    open_pairs,
    with_customers,
)
from customers.duplicates.people import FIELDS, person
from customers.duplicates.words import said, sentence
from customers.duplicates.work import ask_search
from customers.models import Customer, DuplicatePair, DuplicateSearch

LIST = "admin:customers_duplicatepair_changelist"


class StateFilter(admin.SimpleListFilter):
    """What waits, unless something else is chosen."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:  # noqa: ARG002
        """The decided ones; those that wait are what is shown without a choice."""
        return [(state.value, state.label) for state in DuplicatePair.State if state != "open"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DuplicatePair]) -> QuerySet[DuplicatePair]:  # noqa: ARG002
        """Those in the state."""
        return queryset.filter(state=self.value()) if self.value() else queryset & open_pairs()

    def choices(self, changelist: Any) -> Any:
        """“All” is what waits."""
        first, *others = super().choices(changelist)
        return [{**first, "display": DuplicatePair.State.OPEN.label}, *others]


@admin.register(DuplicatePair)
class DuplicatePairAdmin(LongList):
    """One line for each pair; it leads to the two side by side."""

    list_before_template = "customers/duplicates_lead.html"
    list_display = ("who", "likelihood", "evidence_told", "state_told", "found_at")
    list_filter = (StateFilter,)
    list_display_links = ("who",)
    ordering = ("-probability", "id")
    actions = None
    empty = Empty(
        _("Nobody seems to be there twice. Everybody is compared once a day."),
        _("See the customers"),
        "admin:customers_customer_changelist",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What is decided, is decided on the page of the two."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """With the last search."""
        last = DuplicateSearch.objects.order_by("-pk").first()
        told = {"search": last, "may_search": request.user.has_perm(CHANGE)}
        return super().changelist_view(request, told | (extra_context or {}))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the customers of the rows that are shown."""
        shown = super().get_changelist_instance(request)
        shown.result_list = [_named(two) for two in with_customers(shown.result_list)]
        return shown

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponseBase:
        """To the two side by side."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal() or len(object_id) > 18:  # noqa: PLR2004 - bigint
            raise Http404
        return redirect("admin:duplicate", object_id)

    @admin.display(description=_("customers"))
    def who(self, pair: Any) -> str:
        """Both names."""
        return " · ".join(pair.names)

    @admin.display(description=_("probability"))
    def likelihood(self, pair: DuplicatePair) -> str:
        """In percent."""
        return percent(pair.probability)

    @admin.display(description=_("evidence"))
    def evidence_told(self, pair: DuplicatePair) -> str:
        """In words."""
        return sentence(pair.evidence)

    @admin.display(description=_("state"))
    def state_told(self, pair: DuplicatePair) -> str:
        """And who has decided."""
        return f"{pair.get_state_display()}{', ' if pair.decided_by else ''}{pair.decided_by}"


def percent(probability: float) -> str:
    """Never a whole hundred: it is no certainty."""
    return f"{min(100 * probability, 99.9):.1f} %"


def _named(two: Two) -> DuplicatePair:
    names = [str(one) if one else _now("merged or erased") for one in two[1:]]
    two.pair.names = names  # type: ignore[attr-defined]
    return two.pair


def review(request: HttpRequest, pair_id: int) -> HttpResponse:
    """The two side by side (GET), or what a person decides (POST)."""
    pair = get_object_or_404(DuplicatePair, pk=pair_id)
    if request.method == "POST" and _is_decided(request, pair):
        following = next_pair(pair)
        return redirect("admin:duplicate", following.pk) if following else redirect(LIST)
    (two,) = with_customers([pair])
    if two.first is None or two.second is None:
        messages.info(request, _("One of the two was erased or merged meanwhile."))
        return redirect(LIST)
    both = sorted((two.first, two.second), key=lambda one: (one.first_seen_at, one.pk))
    context = {
        "pair": pair,
        "both": both,
        "rows": _rows(pair, both),
        "percent": percent(pair.probability),
        "following": next_pair(pair),
        "now": clock.now(),
    }
    page = site().page(request, _("Probable duplicates"), **context)
    return TemplateResponse(request, "customers/duplicate.html", page)


def _is_decided(request: HttpRequest, pair: DuplicatePair) -> bool:
    """Do what was asked; False, with a message, where it can't be."""
    by, kept = request.user.get_username(), request.POST.get("kept", "")
    try:
        if request.POST.get("do") == "merge":
            kept_id = int(kept) if kept.isdecimal() and len(kept) < 19 else -1  # noqa: PLR2004 - bigint
            merge_pair(pair.pk, kept_id, by, clock.now())
            messages.success(request, _("The two are one customer now."))
        elif request.POST.get("do") == "keep_apart":
            keep_apart(pair.pk, by, clock.now())
            messages.success(request, _("They stay two customers, and are not suggested again."))
        else:
            return False
    except (DecidedError, MergeError) as error:
        messages.error(request, str(error))
        return isinstance(error, DecidedError)
    return True


def _rows(pair: DuplicatePair, both: Sequence[Customer]) -> list[dict[str, Any]]:
    """Field by field: what it is called, both values as the person may see them, what it says."""
    values = [shown_document(_compared(one)) for one in both]
    told = said(pair.evidence)
    return [{"said": one, "values": [value[one.field] or "" for value in values]} for one in told]


def _compared(customer: Customer) -> dict[str, Any]:
    """What is compared, with the newest address where no trait says one."""
    newest = {
        one.kind: one.value for one in sorted(customer.identities.all(), key=lambda one: one.created_at)
    }
    addresses = {kind: newest.get(kind) for kind in ("email", "phone")}
    compared = person(customer.pk, addresses | customer.traits)
    return {field: getattr(compared, field) for field in FIELDS}


def search_now(request: HttpRequest) -> HttpResponse:
    """Have everybody compared with everybody."""
    if ask_search(request.user.get_username(), clock.now()):
        messages.success(request, _("Everybody is compared with everybody. This takes some minutes."))
    else:
        messages.info(request, _("A search runs already."))
    return redirect(LIST)


CHANGE = "customers.change_customer"
site().add_page(
    "duplicates/<int:pair_id>/", require_http_methods(["GET", "POST"])(review), "duplicate", CHANGE
)
site().add_page("duplicates/search/", require_POST(search_now), "duplicates_search", CHANGE)
