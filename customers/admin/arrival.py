"""What arrives: sources, topics, exclusions, and the calls that could not be applied."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config import clock
from config.masking import is_hidden, shown_document, shown_text
from config.pages import LongList, Page
from config.templatetags.sette import as_json, moment
from customers.inbox import redrive
from customers.models import InboxRow, SeenEvent, Source, Suppression, Topic
from customers.schema import QUIET, last_heard

MOST_SHOWN = 200  # events of one source


@admin.register(Source)
class SourceAdmin(Page):
    """Where events come from, with the keys that may write them."""

    list_display = ("name", "kind", "key", "heard", "is_active", "created_at")
    list_filter = ("kind", "is_active")
    fields = ("name", "kind", "write_key", "is_active", "most_per_second")
    readonly_fields = ("write_key",)
    change_form_template = "customers/source.html"
    heard_at: dict[int, datetime] = {}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """The list, with when each was last heard of."""
        self.heard_at = last_heard()
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form, with the events that it has sent."""
        seen = SeenEvent.objects.filter(source_id=int(object_id) if object_id.isdigit() else 0)
        told = {"seen": seen.order_by("-events", "name")[:MOST_SHOWN], "quiet_before": clock.now() - QUIET}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | told)  # type: ignore[no-any-return]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Events name their source: it is switched off."""
        return False

    @admin.display(description=_("last heard of"))
    def heard(self, source: Source) -> SafeString:
        """When its last event came; whether it has gone quiet."""
        at = self.heard_at.get(source.pk)
        if at is None:
            return format_html('<span class="s-note">{}</span>', _("never"))
        look = "bad" if source.is_active and at < clock.now() - QUIET else "plain"
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, moment(at))

    @admin.display(description=_("write key"))
    def key(self, source: Source) -> SafeString:
        """It can only write, so it may be read."""
        return format_html('<span class="s-mono">{}</span>', source.write_key)


@admin.register(Topic)
class TopicAdmin(Page):
    """What messages are about, as customers choose it."""

    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Suppression)
class SuppressionAdmin(LongList):
    """Addresses that are never written to."""

    list_display = ("address", "kind", "reason", "created_at")
    list_filter = ("reason", "kind")
    list_before_template = "customers/suppressions_lead.html"
    search_fields = ("value",)
    ordering = ("-id",)
    fields = ("kind", "address", "reason", "created_at")
    readonly_fields = ("address",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        """By a part of the address; who may not see addresses has to know the whole of it."""
        if is_hidden() and search_term:
            return queryset.filter(value=search_term.strip().replace("\x00", "")), False
        return super().get_search_results(request, queryset, search_term)  # type: ignore[no-any-return]

    @admin.display(description=_("address"), ordering="value")
    def address(self, suppression: Suppression) -> str:
        """As the person may see it."""
        return suppression.shown

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It is there or it is not."""
        return False


@admin.register(InboxRow)
class FailedCallAdmin(LongList):
    """Calls that were accepted and could not be applied: tried again later, or parked for good."""

    list_display = ("kind", "fault", "stands", "attempts", "due_at", "source", "received_at")
    list_filter = ("state", "kind")
    search_fields = ("message_id__exact",)
    search_help_text = _("A message id")
    ordering = ("-id",)
    list_select_related = ("source",)
    fields = ("kind", "source", "fault", "stands", "attempts", "due_at", "received_at", "message_id", "said")
    readonly_fields = ("fault", "stands", "said")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxRow]:
        """Without those that simply wait for their first turn."""
        failed = Q(state=InboxRow.State.PARKED) | Q(attempts__gt=0)
        return super().get_queryset(request).filter(failed)  # type: ignore[no-any-return]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What was said stays as it was said."""
        return False

    def has_redrive_permission(self, request: HttpRequest) -> bool:
        """Who may have calls tried again."""
        return bool(request.user.has_perm("customers.change_inboxrow"))

    @admin.display(description=_("error"))
    def fault(self, row: InboxRow) -> str:
        """Why it could not be applied."""
        return shown_text(row.error)

    @admin.display(description=_("payload"))
    def said(self, row: InboxRow) -> SafeString:
        """What was sent."""
        return format_html('<pre class="s-code">{}</pre>', as_json(shown_document(row.payload)))

    @admin.display(description=_("state"), ordering="state")
    def stands(self, row: InboxRow) -> SafeString:
        """Whether it is tried again by itself."""
        look = "bad" if row.state == InboxRow.State.PARKED else "accent"
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, row.get_state_display())

    @admin.action(description=_("Try the chosen calls again"), permissions=["redrive"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboxRow]) -> None:
        """Parked ones get five attempts anew; the others have theirs to come."""
        many = redrive(list(queryset.values_list("pk", flat=True)), clock.now())
        said = ngettext(
            "%(many)d parked call is tried again.", "%(many)d parked calls are tried again.", many
        )
        messages.success(request, said % {"many": many})
