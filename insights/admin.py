"""The pages of customers and messages: they show what all layers below know."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib import messages as django_messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels.models import Message
from channels.redrive import send_again
from config import clock
from config.pages import Empty, LongList, site
from config.templatetags.sette import about, fate, number, stage
from customers.finding import with_identity
from customers.lists import Operation
from customers.models import Customer, Identity, Membership, Segment, Stage
from insights import export_page, filter_pages, listing, messages, progress, search, stage_pages, views

MOST_CHOSEN = 10_000  # messages that one click sends again


class StageFilter(admin.SimpleListFilter):
    """Customers who stand in a stage."""

    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002
        """The seven."""
        return [(str(row.number), str(row)) for row in Stage.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:  # noqa: ARG002
        """Those in the chosen one."""
        number = self.value() or ""
        return queryset.filter(stage_id=int(number)) if number in set("1234567") else queryset


class LongerFilter(admin.SimpleListFilter):
    """Customers who have stood in their stage for longer than so many minutes."""

    title = _("in the stage for longer than")
    parameter_name = "longer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002
        """Some lengths of time, and the one that is asked for."""
        spans = {str(days * 24 * 60): timedelta(days=days) for days in (7, 30, 90, 180)}
        if (asked := self._minutes(request.GET.get("longer"))) is not None:
            spans.setdefault(str(asked), timedelta(minutes=asked))
        return [(minutes, about(span)) for minutes, span in spans.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:  # noqa: ARG002
        """Those who came before then."""
        minutes = self._minutes(self.value())
        if minutes is None:
            return queryset
        return queryset.filter(stage_since__lt=clock.now() - timedelta(minutes=minutes))

    @staticmethod
    def _minutes(asked: str | None) -> int | None:
        is_number = asked and asked.isascii() and asked.isdigit() and len(asked) < 8  # noqa: PLR2004
        return int(asked) if asked and is_number else None


class SegmentFilter(admin.SimpleListFilter):
    """Customers who are in a segment now."""

    title = _("segment")
    parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002
        """All segments but the archived ones, by name."""
        return list(Segment.objects.filter(archived_at=None).values_list("slug", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:  # noqa: ARG002
        """Its members."""
        if not (slug := self.value()):
            return queryset
        return queryset.filter(memberships__segment__slug=slug, memberships__left_at__isnull=True)


class AlsoInFilter(SegmentFilter):
    """Customers who are in a second segment too."""

    title = _("also in")
    parameter_name = "also_in"


class NotInFilter(SegmentFilter):
    """Customers who are not in a segment now."""

    title = _("not in")
    parameter_name = "not_in"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:  # noqa: ARG002
        """All but its members."""
        if not (slug := self.value()):
            return queryset
        stays = Membership.objects.filter(customer=OuterRef("pk"), segment__slug=slug, left_at=None)
        return queryset.filter(~Exists(stays))


@admin.register(Customer)
class CustomerAdmin(LongList):
    """A list to search by identity, and a page that is read, not edited."""

    list_display = ("who", "stands", "since", "mail", "last_seen_at")
    list_filter = (StageFilter, LongerFilter, SegmentFilter, AlsoInFilter, NotInFilter)
    search_fields = ("identities__value",)
    search_help_text = _("E-mail, phone or customer number, from its beginning")
    ordering = ("-id",)
    list_display_links = ("who",)
    list_before_template = "insights/list_customers.html"
    empty = Empty(
        _("No customer yet. As soon as a source sends its first event, customers appear here."),
        _("See the sources"),
        "admin:customers_source_changelist",
    )
    actions = ("put_on_list", "take_off_list")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        """With what the columns show."""
        identities = Prefetch("identities", Identity.objects.order_by("-created_at"))
        return super().get_queryset(request).select_related("stage").prefetch_related(identities)  # type: ignore[no-any-return]

    @admin.action(description=_("Put on a list …"), permissions=["lists"])
    def put_on_list(self, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponseBase:
        """To the choice of a list."""
        return listing.choose(request, queryset, Operation.APPEND)

    @admin.action(description=_("Take off a list …"), permissions=["lists"])
    def take_off_list(self, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponseBase:
        """The same."""
        return listing.choose(request, queryset, Operation.REMOVE)

    def has_lists_permission(self, request: HttpRequest) -> bool:
        """Who may change lists."""
        return request.user.has_perm("customers.change_segment")

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Customer],
        search_term: str,
    ) -> tuple[QuerySet[Customer], bool]:
        """By the beginning of an identity, which its index answers; never by a scan of all."""
        return with_identity(queryset, search_term), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What is known comes from sources, by identify."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponseBase:
        """To the page by the customer's public id."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        customer = get_object_or_404(Customer, pk=object_id if object_id.isdigit() else 0)
        return redirect("admin:customer", customer.public_id)

    @admin.display(description=_("customer"))
    def who(self, customer: Customer) -> str:
        """The name."""
        return str(customer)

    @admin.display(description=_("stage"))
    def stands(self, customer: Customer) -> SafeString:
        """The stage."""
        return stage(customer.stage)

    @admin.display(description=_("since"), ordering="stage_since")
    def since(self, customer: Customer) -> Any:
        """Since when in it."""
        return customer.stage_since

    @admin.display(description=_("identities"))
    def mail(self, customer: Customer) -> str:
        """The first few."""
        return " · ".join(identity.shown for identity in list(customer.identities.all())[:3])


@admin.register(Message)
class MessageAdmin(LongList):
    """Every candidate and what became of it."""

    list_display = ("what", "goes_to", "stands", "why", "asked_by", "created_at", "sent_at")
    list_filter = ("channel", "state", "reason", "source")
    search_fields = ("public_id",)
    search_help_text = _("A customer's e-mail, phone or number, or a message's id")
    ordering = ("-id",)
    list_select_related = ("content", "customer")
    list_before_template = "insights/list_messages.html"
    empty = Empty(
        _("No message yet. Messages come from journeys that are live and from broadcasts."),
        _("See the journeys"),
        "admin:journeys_journey_changelist",
    )
    actions = ("send_again",)

    @admin.action(description=_("Send again what the provider failed"), permissions=["sending"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Those that the provider failed again and again; the others stay as they are."""
        chosen = list(queryset.values_list("pk", flat=True)[:MOST_CHOSEN])
        many = send_again(chosen, clock.now())
        said = ngettext("%(many)s message is sent again.", "%(many)s messages are sent again.", many)
        if many:
            django_messages.success(request, said % {"many": number(many)})
        if left := len(chosen) - many:
            words = ngettext(
                "%(many)s message stays as it is: the provider has not failed it again and again.",
                "%(many)s messages stay as they are: the provider has not failed them again and again.",
                left,
            )
            django_messages.warning(request, words % {"many": number(left)})

    def has_sending_permission(self, request: HttpRequest) -> bool:
        """Who may have messages sent."""
        return request.user.has_perm("channels.change_message")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """The gate alone decides about messages."""
        return False

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Message],
        search_term: str,
    ) -> tuple[QuerySet[Message], bool]:
        """A customer's messages by identity, or one by its id."""
        return messages.found(queryset, search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """The list, with the names of what asked for its messages."""
        self.names = messages.source_names()
        return super().changelist_view(request, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponseBase:
        """The message's page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return messages.message_page(request, int(object_id) if object_id.isdigit() else 0)

    @admin.display(description=_("message"))
    def what(self, message: Message) -> SafeString:
        """The content and the channel."""
        name = message.content.name if message.content else message.get_channel_display()
        return format_html('{} <span class="s-note">{}</span>', name, message.get_channel_display())

    @admin.display(description=_("to"))
    def goes_to(self, message: Message) -> SafeString:
        """The customer."""
        url = reverse("admin:customer", args=[message.customer.public_id])
        return format_html('<a href="{}">{}</a>', url, message.customer)

    @admin.display(description=_("fate"))
    def stands(self, message: Message) -> SafeString:
        """The state with its sign."""
        return fate(message.state, message.get_state_display())

    @admin.display(description=_("why"))
    def why(self, message: Message) -> str:
        """Why it is held or was not sent."""
        return message.get_reason_display() if message.reason else ""

    @admin.display(description=_("asked for by"))
    def asked_by(self, message: Message) -> str:
        """The journey or broadcast."""
        name = self.names.get((message.source, message.source_id), message.get_source_display())
        return f"{name} · {message.step}" if message.step else name


__all__ = [
    "CustomerAdmin",
    "MessageAdmin",
    "export_page",
    "filter_pages",
    "progress",
    "search",
    "stage_pages",
]

site().add_page("customers/<uuid:public_id>/", views.customer_page, "customer", "customers.view_customer")
site().add_page(
    "customers/<uuid:public_id>/timeline/",
    views.customer_timeline,
    "customer_timeline",
    "customers.view_customer",
)
site().add_page(
    "messages/<int:message_id>/preview/",
    messages.message_preview,
    "message_preview",
    "channels.view_message",
)
