"""How identifiers of each kind are taken, and which of several values of a trait stays."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.pages import Empty, Page
from config.templatetags.sette import number
from customers.linking import LEVELS
from customers.models import IdentifierRule, TraitRule

STRENGTHS = {
    3: _("the brand's own: never merged with another"),
    2: _("strong: two who share it are one customer"),
    1: _("weak: never merges customers who are known otherwise"),
}


@admin.register(IdentifierRule)
class IdentifierRuleAdmin(Page):
    """One line for each kind, from strong to weak."""

    list_display = ("kind", "strength", "priority", "most", "how_many_blocked")
    fields = ("kind", "strength", "priority", "most", "blocked")
    readonly_fields = ("kind", "strength")
    ordering = ("priority",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """There is one of each kind."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """There is one of each kind."""
        return False

    @admin.display(description=_("strength"))
    def strength(self, rule: IdentifierRule) -> Any:
        """What it may do to customers."""
        return STRENGTHS[LEVELS[rule.kind]]

    @admin.display(description=_("blocked values"))
    def how_many_blocked(self, rule: IdentifierRule) -> str:
        """How many lines there are."""
        return number(sum(1 for line in rule.blocked.splitlines() if line.strip()))


@admin.register(TraitRule)
class TraitRuleAdmin(Page):
    """The traits of which not simply the newest value stays."""

    list_display = ("trait", "way")
    fields = ("trait", "way")
    empty = Empty(
        _("Of each trait the newest value stays."),
        _("Say it otherwise for a trait"),
        "admin:customers_traitrule_add",
    )
