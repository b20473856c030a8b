"""What arrives: sources, topics, exclusions, and the calls that could not be applied."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.pages import LongList, Page
from customers.models import Source, Suppression, Topic


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
