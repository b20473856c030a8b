"""The Inbox: received mails, SMS, push messages and webhook calls, as a mail client shows them."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.csp import sandboxed
from config.masking import is_hidden, masked_text
from config.pages import site
from sandbox.opened import Opened, open_message
from sandbox.receivers.store import FILE, Received, Store

PAGE = 30
KINDS = {"": _("All"), "email": _("E-mail"), "sms": _("SMS"), "push": _("Push"), "webhook": _("Webhook")}
LARGEST = 2**62


def inbox(request: HttpRequest) -> HttpResponse:
    """A list to the left, a message to the right."""
    store = _store()
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KINDS else ""
    words = request.GET.get("q", "").strip().replace("\x00", "")[:200]
    rows = store.newest(
        kind=kind,
        search="" if is_hidden() else words,
        before=_number(request.GET.get("before")),
        limit=PAGE + 1,
    )
    chosen = _number(request.GET.get("message")) or (rows[0].id if rows else None)
    counts = store.counts()
    kept = _kept(request, "kind", "q")
    context: dict[str, Any] = {
        "rows": [_shown(row) for row in rows[:PAGE]],
        "hides": is_hidden(),
        "before": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "message": _opened(store, chosen),
        "kinds": [
            (key, label, key == kind, counts.get(key, 0) if key else sum(counts.values()))
            for key, label in KINDS.items()
        ],
        "kind": kind,
        "words": words,
        "kept": kept,
        "kept_words": _kept(request, "q"),
        "at": _kept(request, "kind", "q", "before"),
    }
    return TemplateResponse(request, "sandbox/inbox.html", site().page(request, _("Inbox"), **context))


def shown(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """What a received message says, in a frame that can do nothing."""
    message = _opened(_store(), number)
    if message is None:
        raise Http404
    return sandboxed(message.page)


def _store() -> Store:
    return Store(settings.VAR / FILE)


def _opened(store: Store, number: int | None) -> Opened | None:
    found = store.get(number) if number is not None and number < LARGEST else None
    if found is None:
        return None
    opened = open_message(*found)
    return (
        opened.without_words(gettext("You may not see what is written to people.")) if is_hidden() else opened
    )


def _shown(row: Received) -> Received:
    """A line of the list; what it is about may name the person."""
    return replace(row, recipient=masked_text(row.recipient), subject="") if is_hidden() else row


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004


def _kept(request: HttpRequest, *names: str) -> str:
    """These parameters of the address, to go on with."""
    query = request.GET.copy()
    for name in list(query):
        if name not in names or not query[name]:
            del query[name]
    return query.urlencode()
