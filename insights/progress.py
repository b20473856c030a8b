"""Work that takes a while, as the rows that carry it say: what runs, how far it is, where its page is."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Broadcast
from channels.models import Counted, MessageSource, MessageState, MessageTally
from channels.models.message import OPEN
from config import clock
from config.pages import site
from config.templatetags.sette import number
from customers.imports.services import UNDER_WAY
from customers.models import Customer, Import, InboxRow, Segment, Stage
from journeys.models import Simulation, Start, VersionMove

BACKLOG = 1000  # calls that wait to be applied, from which on it is told
MOST_COUNTED = 100_000


class Job(NamedTuple):
    """One thing that runs: what, how far in per cent (None: nobody knows), its page."""

    title: str
    note: str
    percent: int | None
    url: str


Jobs = Callable[[datetime], Iterator[Job]]


def jobs(now: datetime, may: Callable[[str], bool]) -> list[Job]:
    """All that runs and that the reader may see. Few rows each, by an index or of a small table."""
    return [job for permission, source in SOURCES if may(permission) for job in source(now)]


def _share(part: int, whole: int) -> int:
    return min(99, 100 * part // whole) if whole else 0


def _last_customer() -> int:
    return Customer.objects.aggregate(last=Max("pk"))["last"] or 0


def simulations(_now: datetime) -> Iterator[Job]:
    """Drafts that are being tried on what has happened."""
    running = Simulation.objects.filter(state__in=[Simulation.State.QUEUED, Simulation.State.RUNNING])
    for one in running.select_related("journey").order_by("pk"):
        title = _("Simulation of %(journey)s") % {"journey": one.journey}
        url = reverse("admin:journey_simulation", args=[one.journey_id])
        yield Job(title, one.get_state_display(), one.percent, url)


def rebuilds(_now: datetime) -> Iterator[Job]:
    """Segments whose members are being looked up anew."""
    kept = Segment.objects.filter(archived_at=None, stalled_at=None, kind=Segment.Kind.DYNAMIC)
    for one in kept.filter(rebuilt_at=None):
        url = reverse("admin:customers_segment_change", args=[one.pk])
        title = _("Members of %(segment)s") % {"segment": one}
        yield Job(title, _("everybody is asked its rule"), _share(one.rebuilt_to, _last_customer()), url)


def stages(_now: datetime) -> Iterator[Job]:
    """The stages of all customers, after their rules were changed."""
    if begun := list(Stage.objects.filter(rebuilt_at=None, changed_at__isnull=False)):
        percent = _share(min(one.rebuilt_to for one in begun), _last_customer())
        url = reverse("admin:customers_stage_changelist")
        yield Job(_("Stages of all customers"), _("everybody is asked their rules"), percent, url)


def broadcasts(_now: datetime) -> Iterator[Job]:
    """Broadcasts that are going out, by how many of their messages have come to a fate."""
    sending = list(Broadcast.objects.filter(state=Broadcast.State.SENDING).order_by("pk"))
    if not sending:
        return
    pending = MessageTally.objects.filter(
        counted=Counted.ASKED,
        source=MessageSource.BROADCAST,
        source_id__in=[one.pk for one in sending],
        state__in=[*OPEN, MessageState.SENDING],
    )
    left = dict(pending.order_by().values_list("source_id").annotate(Sum("messages")))
    for one in sending:
        waiting = left.get(one.pk, 0)
        note = ngettext("%(n)s message is left", "%(n)s messages are left", waiting) % {"n": number(waiting)}
        url = reverse("admin:campaigns_broadcast_change", args=[one.pk])
        yield Job(
            _("Broadcast %(name)s") % {"name": one},
            note,
            _share(one.candidates - waiting, one.candidates),
            url,
        )


def starts(now: datetime) -> Iterator[Job]:
    """Members who are being let into a journey together."""
    under_way = Start.objects.filter(finished_at=None, at__lte=now).select_related("journey")
    for one in under_way.order_by("pk"):
        note = _("%(n)s have entered") % {"n": number(one.entered)}
        url = reverse("admin:journeys_journey_change", args=[one.journey_id])
        title = _("Customers enter %(journey)s") % {"journey": one.journey}
        yield Job(title, note, _share(one.last_id, _last_customer()), url)


def moves(_now: datetime) -> Iterator[Job]:
    """Customers who are being taken to another version of their journey."""
    for one in VersionMove.objects.filter(finished_at=None).select_related("journey").order_by("pk"):
        note = _("%(n)s have moved") % {"n": number(one.moved)}
        url = reverse("admin:journey_versions", args=[one.journey_id])
        yield Job(_("New version of %(journey)s") % {"journey": one.journey}, note, None, url)


def imports(_now: datetime) -> Iterator[Job]:
    """Files that are being tried or imported."""
    for one in Import.objects.filter(state__in=UNDER_WAY).order_by("pk"):
        url = reverse("admin:customers_import_change", args=[one.pk])
        yield Job(
            _("Import of %(name)s") % {"name": one}, one.get_state_display(), _share(one.done, one.rows), url
        )


def backlog(_now: datetime) -> Iterator[Job]:
    """Calls that came faster than they are applied, as in an import. Plan: the index inbox_pending."""
    pending = InboxRow.objects.filter(state=InboxRow.State.PENDING).order_by("pk").values_list("pk")
    many = len(pending[BACKLOG:MOST_COUNTED])
    if many:
        waiting = many + BACKLOG
        note = ngettext("%(n)s waits", "%(n)s wait", waiting) % {"n": number(waiting)}
        yield Job(_("Calls are being applied"), note, None, reverse("admin:customers_source_changelist"))


SOURCES: list[tuple[str, Jobs]] = [  # what apps above run, they add
    ("journeys.view_simulation", simulations),
    ("customers.view_segment", rebuilds),
    ("customers.view_stage", stages),
    ("campaigns.view_broadcast", broadcasts),
    ("journeys.view_journey", starts),
    ("journeys.view_journey", moves),
    ("customers.view_import", imports),
    ("customers.view_source", backlog),
]


def show(request: HttpRequest) -> HttpResponse:
    """The panel of the header; asked for again while something runs."""
    running = jobs(clock.now(), request.user.has_perm)
    context = {"jobs": running, "ended": not running and "before" in request.GET}
    return TemplateResponse(request, "insights/progress.html", context)


site().add_page("running/", show, "running")
