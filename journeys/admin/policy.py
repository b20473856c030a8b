"""What the brand asks of publishing: one row, made when it is first opened."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from config.pages import Page
from journeys.models import PublishingPolicy


@admin.register(PublishingPolicy)
class PublishingPolicyAdmin(Page):
    """One form, no list."""

    fields = ("needs_approval",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """There is one already."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It stays."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:  # noqa: ARG002
        """The form of the one row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        policy, _made = PublishingPolicy.objects.get_or_create(pk=1)
        return redirect("admin:journeys_publishingpolicy_change", policy.pk)
