"""What arrives: sources, topics, exclusions, and the calls that could not be applied."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config import clock
from config.pages import LongList, Page
from customers.inbox import redrive
from customers.models import InboxRow, Source, Suppression, Topic


@admin.register(Source)
class SourceAdmin(Page):
    """Where events come from, with the keys that may write them."""

    list_display = ("name", "key", "is_active", "created_at")
    fields = ("name", "write_key", "is_active")
    readonly_fields = ("write_key",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Events name their source: it is switched off."""
        return False

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

    list_display = ("value", "kind", "reason", "created_at")
    list_filter = ("reason", "kind")
    search_fields = ("value",)
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It is there or it is not."""
        return False


@admin.register(InboxRow)
class FailedCallAdmin(LongList):
    """Calls that were accepted and could not be applied: tried again later, or parked for good."""

    list_display = ("kind", "error", "stands", "attempts", "due_at", "source", "received_at")
    list_filter = ("state", "kind")
    search_fields = ("message_id__exact",)
    search_help_text = _("A message id")
    ordering = ("-id",)
    list_select_related = ("source",)
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
