"""What the repair sweeps found."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.pages import LongList
from config.templatetags.sette import number
from customers.definitions import STAGE, slug_of
from customers.models import RepairSweep


@admin.register(RepairSweep)
class RepairSweepAdmin(LongList):
    """One line for each look at everybody."""

    list_before_template = "customers/repairs_lead.html"
    list_display = ("started_at", "finished_at", "seen", "found", "missing", "surplus", "misplaced", "where")
    list_display_links = None
    ordering = ("-id",)
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A report is read."""
        return False

    @admin.display(description=_("customers looked at"))
    def seen(self, sweep: RepairSweep) -> str:
        """How many."""
        return number(sweep.customers)

    @admin.display(description=_("result"))
    def found(self, sweep: RepairSweep) -> SafeString:
        """Whether all was true."""
        look, words = ("warn", gettext("mended")) if sweep.findings else ("good", gettext("all true"))
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, words)

    @admin.display(description=_("where"))
    def where(self, sweep: RepairSweep) -> str:
        """The definitions, each with how often."""
        named = {
            name: gettext("stages") if name == STAGE else slug_of(name) for name in sorted(sweep.findings)
        }
        return ", ".join(f"{words}: {number(sweep.findings[name])}" for name, words in named.items())
