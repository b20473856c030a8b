"""The first hour: from an empty installation to a live journey, each step to be done or passed over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from channels.content_pages import TRIED
from channels.models import Content
from config import clock
from config.pages import site, who
from config.templatetags.sette import number
from customers.models import Customer, Event, Source, Stage
from customers.presets import PRESETS
from journeys.models import Journey
from sandbox import demo
from sandbox.removal import RemovalError, remove_sample, sample_there

LATELY = 5000  # of the newest events, so many are looked at for a source
STEPS = {
    "source": _("Connect a source"),
    "import": _("Import a CSV file"),
    "stages": _("Choose how the stages are recognised"),
    "content": _("Write something, and send a test"),
    "journey": _("Publish the first journey"),
    "sample": _("Take the sample out"),
}


def first_steps(request: HttpRequest) -> HttpResponse:
    """All steps, those that are done marked, one of them open: the one asked for, else the next to do."""
    done = _done(request)
    shown = [step for step in STEPS if step != "sample" or sample_there()]
    undone = [step for step in shown if not done[step]]
    asked = request.GET.get("step", "")
    current = asked if asked in shown else (undone or shown)[0]
    after = shown[shown.index(current) + 1 :]
    sources = Source.objects.filter(is_active=True).order_by("id")
    context = site().page(
        request,
        _("First steps"),
        steps=[(step, STEPS[step], done[step], step == current) for step in shown],
        current=current,
        following=after[0] if after else "",
        source=sources.filter(pk=_number(request.GET.get("source"))).first() or sources.first(),
        sources=sources,
        base=request.build_absolute_uri("/").rstrip("/"),
        heard_after=Event.objects.order_by("-id").values_list("id", flat=True).first() or 0,
        presets=PRESETS.values(),
        may_change_stages=request.user.has_perm("customers.change_stage"),
        contents=Content.objects.order_by("-changed_at")[:6],
        may_import=request.user.has_perm("customers.add_import"),
        may_remove=request.user.has_perm("customers.delete_customer"),
    )
    return TemplateResponse(request, "sandbox/first_steps.html", context)


def _done(request: HttpRequest) -> dict[str, bool]:
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    own = Event.objects.filter(id__gt=newest - LATELY, source_id__gt=0).exclude(source__name=demo.SOURCE)
    return {
        "source": own.exists(),
        "import": Customer.objects.exists(),
        "stages": Stage.objects.exclude(rule={}).exists(),
        "content": bool(request.session.get(TRIED)),
        "journey": Journey.objects.filter(state=Journey.State.LIVE).exclude(slug=demo.DEMO).exists(),
        "sample": False,
    }


def heard(request: HttpRequest) -> HttpResponse:
    """The first event of a source since the page was opened; asked again until there is one."""
    after, source = _number(request.GET.get("after")), _number(request.GET.get("source"))
    event = (
        Event.objects.filter(id__gt=after, source_id=source).select_related("customer").order_by("id").first()
    )
    context = {"event": event, "after": after, "source": source}
    return TemplateResponse(request, "sandbox/heard.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0  # noqa: PLR2004 - a bigint


def take_out(request: HttpRequest) -> HttpResponse:
    """Take the sample out."""
    try:
        many = remove_sample(clock.now(), who(request))
    except RemovalError as error:
        messages.error(request, str(error))
    else:
        words = ngettext(
            "The sample is taken out: %(many)s customer is erased.",
            "The sample is taken out: %(many)s customers are erased.",
            many,
        )
        messages.success(request, words % {"many": number(many)})
    return redirect("admin:first_steps")


site().add_page("first-steps/", first_steps, "first_steps", "customers.view_source")
site().add_page("first-steps/heard/", heard, "first_steps_heard", "customers.view_source")
site().add_page(
    "first-steps/take-out/", require_POST(take_out), "sample_removal", "customers.delete_customer"
)
