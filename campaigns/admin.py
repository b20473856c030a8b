"""Broadcasts: what goes to whom, when, and how far it has come."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from campaigns import services
from campaigns.models import Broadcast
from channels.ledger import fates
from channels.models import MessageSource
from config import clock
from config.forms import SpanField
from config.pages import Empty, Page, site
from config.roles import SEND
from config.templatetags.sette import number, span_words
from config.undo import tell_with_undo
from customers.models import Segment

State = Broadcast.State
MOVES: dict[str, list[tuple[str, Any, bool]]] = {
    State.DRAFT: [("schedule", _("Schedule"), True), ("cancel", _("Cancel"), False)],
    State.SCHEDULED: [("unschedule", _("Back to draft"), False), ("cancel", _("Cancel"), False)],
    State.SENDING: [("pause", _("Pause"), True), ("cancel", _("Cancel"), False)],
    State.PAUSED: [("resume", _("Resume"), True), ("cancel", _("Cancel"), False)],
    State.FINISHED: [],
    State.CANCELLED: [],
}
LOOKS = {State.SENDING: "good", State.SCHEDULED: "accent", State.PAUSED: "warn", State.CANCELLED: "bad"}


class BroadcastForm(forms.ModelForm):  # type: ignore[type-arg]
    """A broadcast, its length of use in words."""

    expires_after = SpanField(label=_("Of use for"), required=False)

    class Meta:
        model = Broadcast
        fields = ("name", "content", "segment", "starts_at", "expires_after", "priority")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        if "segment" in self.fields:
            in_use = Q(archived_at=None) | Q(pk=self.instance.segment_id)
            self.fields["segment"].queryset = Segment.objects.filter(in_use)  # type: ignore[attr-defined]


@admin.register(Broadcast)
class BroadcastAdmin(Page):
    """A list, and a form that can be written in while the broadcast is a draft."""

    list_display = ("name", "stands", "content", "segment", "asked_for", "launched_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("name",)
    list_select_related = ("content", "segment")
    form = BroadcastForm
    empty = Empty(
        _("No broadcast yet. A broadcast says one thing to the members of one segment, once."),
        _("New broadcast"),
        "admin:campaigns_broadcast_add",
    )
    change_form_template = "campaigns/change.html"
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A broadcast is cancelled: its history stays."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Broadcast | None = None) -> bool:
        """Once it is scheduled it stays as it is."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.state == State.DRAFT)

    def get_fields(self, request: HttpRequest, obj: Broadcast | None = None) -> Sequence[Any]:
        """A length of time is written in a draft, and read in words where it can't be."""
        span = "expires_after" if self.has_change_permission(request, obj) else "of_use_for"
        return ("name", ("content", "segment"), ("starts_at", span), "priority")

    def get_readonly_fields(self, request: HttpRequest, obj: Broadcast | None = None) -> Sequence[Any]:
        """The length of time in words."""
        return () if self.has_change_permission(request, obj) else ("of_use_for",)

    @admin.display(description=_("of use for"))
    def of_use_for(self, broadcast: Broadcast) -> str:
        """How long after its start a message is still worth sending."""
        return span_words(broadcast.expires_after)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form under the broadcast's counts and buttons."""
        row = Broadcast.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = {"moves": MOVES[row.state], "counts": fates(MessageSource.BROADCAST, row.pk)} if row else {}
        context["may_send"] = request.user.has_perm(SEND)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Broadcast, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """By the services."""
        values = {name: form.cleaned_data[name] for name in form.cleaned_data}
        if change:
            services.change_broadcast(obj, **values)
        else:
            obj.pk = services.create_broadcast(**values).pk

    @admin.display(description=_("candidates"), ordering="candidates")
    def asked_for(self, broadcast: Broadcast) -> str:
        """How many messages were asked for."""
        return number(broadcast.candidates)

    @admin.display(description=_("state"), ordering="state")
    def stands(self, broadcast: Broadcast) -> SafeString:
        """The state as a chip."""
        look = LOOKS.get(State(broadcast.state), "")
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, broadcast.get_state_display())


def move(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    """Schedule, pause, resume, cancel; what keeps it from that is told."""
    broadcast = get_object_or_404(Broadcast, pk=broadcast_id)
    wanted = request.POST.get("move", "")
    if wanted not in {name for name, _label, _main in MOVES[broadcast.state]}:
        messages.error(request, _("The broadcast is in another state by now: look again."))
        return redirect("admin:campaigns_broadcast_change", broadcast_id)
    try:
        _act(broadcast, wanted)
    except services.BroadcastError as error:
        for each in error.errors:
            messages.error(request, each["message"])
    except services.BroadcastStateError as error:
        messages.error(request, str(error))
    else:
        _tell(request, broadcast_id, wanted)
    return redirect("admin:campaigns_broadcast_change", broadcast_id)


DONE = {
    "schedule": (_("Scheduled."), "unschedule"),
    "unschedule": (_("A draft again."), "schedule"),
    "pause": (_("Paused: nothing more goes out."), "resume"),
    "resume": (_("It goes on."), "pause"),
    "cancel": (_("Cancelled: what was still open is not sent."), ""),
}


def _tell(request: HttpRequest, broadcast_id: int, done: str) -> None:
    """What was done, with the way back where there is one."""
    words, back = DONE[done]
    if back:
        tell_with_undo(request, words, reverse("admin:broadcast_move", args=[broadcast_id]), move=back)
    else:
        messages.success(request, words)


def _act(broadcast: Broadcast, wanted: str) -> None:
    match wanted:
        case "schedule":
            services.schedule(broadcast, clock.now())
        case "unschedule":
            services.unschedule(broadcast)
        case "pause":
            services.pause(broadcast)
        case "resume":
            services.resume(broadcast, clock.now())
        case _:
            services.cancel(broadcast, clock.now())


site().add_page("broadcasts/<int:broadcast_id>/move/", require_POST(move), "broadcast_move", SEND)
