"""A content as it would look, and sent to a colleague to see it arrive."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from channels import contents
from channels.models import Content, ContentText
from channels.preview import as_note, as_page
from channels.trying_out import TryError, send_to_colleague
from config import clock
from config.csp import sandboxed
from config.pages import site
from customers.models import Customer
from customers.queries import UnknownIdentityError, customer_by_identity

logger = logging.getLogger(__name__)
TRIED = "content_tried"  # in the session: this person has sent a test
SAMPLE = "sample"  # the field that names whom a preview is made for
NOBODY = gettext_noop("Nobody has this identity. A preview is filled in for a customer that is there.")


def content_preview(request: HttpRequest, content_id: int) -> HttpResponse:
    """A content as it would look: as it is kept, or (by POST) as it stands in the form."""
    content = get_object_or_404(Content, pk=content_id)
    asked = request.POST or request.GET
    customer = _sample(asked.get(SAMPLE, ""))
    if customer is None:
        return sandboxed(as_note(gettext(NOBODY)))
    written = _written(request, content)
    if written is None:
        return sandboxed(as_note(gettext("There is no text yet: write one.")))
    errors, rendered = contents.preview_text(content.channel, written, customer, {})
    if rendered is None:
        return sandboxed(as_note("\n".join(each["message"] for each in errors)))
    return sandboxed(as_page(rendered))


def _sample(identity: str) -> Customer | None:
    """Whom to fill it in for: the one asked for, else the newest."""
    identity = identity.strip().replace("\x00", "")
    if not identity:
        return Customer.objects.order_by("-id").first()
    try:
        return customer_by_identity(identity if ":" in identity else f"email:{identity}")
    except UnknownIdentityError:
        return None


def _written(request: HttpRequest, content: Content) -> ContentText | None:
    """The text of the language asked for: from the form that was posted, else from the database."""
    language = (request.POST or request.GET).get("language", "")
    if request.method != "POST":
        rows = content.texts.order_by("id")
        return (rows.filter(language=language) if language else rows).first()
    prefixes = [f"texts-{n}-" for n in range(20) if f"texts-{n}-body" in request.POST]
    chosen = [prefix for prefix in prefixes if request.POST.get(prefix + "language") == language] or prefixes
    if not chosen:
        return None
    values = {name: request.POST.get(chosen[0] + name, "") for name in ("language", *contents.FIELDS)}
    return ContentText(**values)


def content_try(request: HttpRequest, content_id: int) -> HttpResponse:
    """Send what is kept to the address that is given, and say what came of it."""
    content = get_object_or_404(Content, pk=content_id)
    return TemplateResponse(request, "channels/admin/tried.html", _tried(request, content))


def _tried(request: HttpRequest, content: Content) -> dict[str, str]:
    customer = _sample(request.POST.get(SAMPLE, ""))
    if customer is None:
        return {"problem": gettext(NOBODY)}
    try:
        receipt = send_to_colleague(content, customer, request.POST.get("colleague", ""), clock.now())
    except TryError as error:
        return {"problem": str(error)}
    request.session[TRIED] = True
    logger.info("Content %s was tried out by user %s.", content.slug, request.user.pk)
    return {"sent": receipt.provider_id or gettext("accepted")}


site().add_page(
    "content/<int:content_id>/preview/", content_preview, "content_preview", "channels.view_content"
)
site().add_page(
    "content/<int:content_id>/try/", require_POST(content_try), "content_try", "channels.change_content"
)
