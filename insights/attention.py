"""What needs somebody's attention, each with a number, words, and the page on which it is mended.

Nothing of what is well is told. Each check is a few rows by an index, a tally, or a reading of the sweep.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Broadcast
from channels.health import channel_days
from channels.models import Counted, MessageState, MessageTally, Reason
from config.tally import first_hour
from config.templatetags.sette import ago
from customers.models import InboxRow, RepairSweep, Segment
from customers.schema import quiet_sources
from insights.readings import barriers_found, pressure
from journeys.mending import lacks
from journeys.models import Enrollment, Journey, PublishRequest
from journeys.parked import PARKED

WEEK = timedelta(days=7)
MOST_COUNTED = 10_000  # of rows that are counted one by one; beyond, "more than" is told


class Concern(NamedTuple):
    """One thing: how bad (`bad` or `warn`), its symbol, what is so, since or why, and where it is mended."""

    level: str
    icon: str
    many: int
    text: str
    url: str
    note: str = ""


def concerns(now: datetime, may: Callable[[str], bool]) -> list[Concern]:
    """All that is not well, the worst first; `may`: whether the reader has a permission."""
    found = [one for permission, check in CHECKS if may(permission) for one in check(now)]
    return sorted(found, key=lambda one: one.level)


def _list(model: str, **chosen: object) -> str:
    query = f"?{urlencode(chosen)}" if chosen else ""
    return reverse(f"admin:{model}_changelist") + query


def _of_journeys(counts: Mapping[int, int], page: str) -> Iterator[tuple[Journey, int, str]]:
    """The journeys that are counted, by name, each with its number and a page of it."""
    for journey in Journey.objects.filter(pk__in=counts).order_by("name"):
        yield journey, counts[journey.pk], reverse(f"admin:{page}", args=[journey.pk])


def approvals(_now: datetime) -> Iterator[Concern]:
    """Versions that wait for a second person."""
    asked = dict.fromkeys(
        PublishRequest.objects.filter(state=PublishRequest.State.OPEN).values_list("journey_id", flat=True), 1
    )
    for journey, many, url in _of_journeys(asked, "journey_publish"):
        yield Concern(
            "warn", "approval", many, _("journey waits for approval: %(journey)s") % {"journey": journey}, url
        )


def paused_journeys(_now: datetime) -> Iterator[Concern]:
    """Journeys in which everybody stands still."""
    paused = dict.fromkeys(Journey.objects.filter(state=Journey.State.PAUSED).values_list("pk", flat=True), 1)
    for journey, many, url in _of_journeys(paused, "journeys_journey_change"):
        yield Concern(
            "warn", "pause_circle", many, _("journey is paused: %(journey)s") % {"journey": journey}, url
        )


def paused_broadcasts(_now: datetime) -> Iterator[Concern]:
    """Broadcasts that were stopped half way."""
    if many := Broadcast.objects.filter(state=Broadcast.State.PAUSED).count():
        text = ngettext("broadcast is paused", "broadcasts are paused", many)
        yield Concern("warn", "pause_circle", many, text, _list("campaigns_broadcast", state__exact="paused"))


def parked_customers(_now: datetime) -> Iterator[Concern]:
    """Customers whose step failed five times. Plan: the index enrollment_parked."""
    rows = Enrollment.objects.filter(PARKED).order_by().values_list("journey_id", flat=True)[:MOST_COUNTED]
    counts: dict[int, int] = {}
    for journey_id in rows:
        counts[journey_id] = counts.get(journey_id, 0) + 1
    for journey, many, url in _of_journeys(counts, "journeys_journey_change"):
        text = ngettext("customer is parked in %(journey)s", "customers are parked in %(journey)s", many)
        yield Concern(
            "bad", "front_hand", many, text % {"journey": journey}, url, _("their step failed five times")
        )


def lacking_journeys(_now: datetime) -> Iterator[Concern]:
    """Customers who stand still, for what their step needs is gone."""
    found = lacks()
    names = Journey.objects.in_bulk({lack.journey_id for lack in found})
    for lack in found:
        text = ngettext(
            "customer stands still in %(journey)s", "customers stand still in %(journey)s", lack.inside
        )
        gone = (
            _("the content %(slug)s is gone") if lack.what == "content" else _("the segment %(slug)s is gone")
        )
        url = reverse("admin:journeys_journey_change", args=[lack.journey_id])
        journey = names[lack.journey_id]
        yield Concern(
            "bad", "link_off", lack.inside, text % {"journey": journey}, url, gone % {"slug": lack.slug}
        )


def channels_unwell(now: datetime) -> Iterator[Concern]:
    """Channels whose provider fails, or that are late."""
    for day in channel_days(now):
        url = reverse("admin:channels_channel_changelist")
        if day.health == "failing":
            many = day.failed + day.uncertain
            text = ngettext(
                "message failed on the channel %(channel)s in a day",
                "messages failed on the channel %(channel)s in a day",
                many,
            )
            yield Concern("bad", "cell_tower", many, text % {"channel": day.channel}, url)
        elif day.health == "late":
            text = ngettext(
                "message waits on the channel %(channel)s, which is late",
                "messages wait on the channel %(channel)s, which is late",
                day.waiting,
            )
            yield Concern("bad", "cell_tower", day.waiting, text % {"channel": day.channel}, url)


def messages_to_look_at(now: datetime) -> Iterator[Concern]:
    """Messages of a week that the provider failed again and again, or of which nobody knows."""
    hours = MessageTally.objects.filter(counted=Counted.CLOSED, hour__gte=first_hour(now - WEEK, now))
    counts = dict(
        hours.filter(state__in=[MessageState.FAILED, MessageState.UNCERTAIN])
        .order_by()
        .values_list("reason")
        .annotate(Sum("messages"))
    )
    if many := counts.get(Reason.EXHAUSTED, 0):
        text = ngettext(
            "message could not be handed over this week", "messages could not be handed over this week", many
        )
        url = _list("channels_message", reason__exact=Reason.EXHAUSTED.value)
        yield Concern(
            "warn", "sms_failed", many, text, url, _("the provider failed again and again: send them again")
        )
    if many := counts.get(Reason.NO_ANSWER, 0):
        text = ngettext("message is uncertain this week", "messages are uncertain this week", many)
        url = _list("channels_message", state__exact=MessageState.UNCERTAIN.value)
        yield Concern("warn", "help", many, text, url, _("the provider's answer never came"))


def over_messaged(now: datetime) -> Iterator[Concern]:
    """Customers with more messages than a cap allows, as after it was lowered."""
    read = pressure()
    for cap in read.caps if read else []:
        if cap.over:
            text = ngettext(
                "customer has had more than the cap %(cap)s allows",
                "customers have had more than the cap %(cap)s allows",
                cap.over,
            )
            url = _list("channels_cap")
            yield Concern("warn", "speed", cap.over, text % {"cap": cap.cap}, url, ago(read.taken_at, now))  # type: ignore[union-attr]


def barriers_of_stages(_now: datetime) -> Iterator[Concern]:
    """Stages in which more customers than expected stand for longer than usual."""
    for found in barriers_found():
        many = found.beyond - round(found.expected)
        text = ngettext(
            "customer more than expected stays long in %(stage)s",
            "customers more than expected stay long in %(stage)s",
            many,
        )
        url = reverse("admin:stage_barriers")
        yield Concern("warn", "block", many, text % {"stage": found.stage.label}, url)


def sources_gone_quiet(now: datetime) -> Iterator[Concern]:
    """Sources that sent events, and have sent none for a day."""
    for source, heard_at in quiet_sources(now):
        days = (now - heard_at).days
        text = ngettext(
            "day without an event of the source %(source)s",
            "days without an event of the source %(source)s",
            days,
        )
        url = reverse("admin:customers_source_change", args=[source.pk])
        yield Concern("warn", "sensors_off", days, text % {"source": source}, url)


def parked_calls(_now: datetime) -> Iterator[Concern]:
    """Calls of sources that could not be applied. Plan: the index inbox_parked."""
    parked = InboxRow.objects.filter(state=InboxRow.State.PARKED)
    if many := len(parked.order_by("pk").values_list("pk")[:MOST_COUNTED]):
        text = ngettext("call could not be applied", "calls could not be applied", many)
        yield Concern("bad", "report", many, text, _list("customers_inboxrow"))


def repairs(_now: datetime) -> Iterator[Concern]:
    """What the last look at everybody found wrong, and has mended."""
    latest = RepairSweep.objects.order_by("-pk")[:2]
    if many := sum(sweep.missing + sweep.surplus + sweep.misplaced for sweep in latest):
        text = ngettext("membership or stage was wrong", "memberships and stages were wrong", many)
        yield Concern("warn", "build", many, text, _list("customers_repairsweep"), _("they are mended"))


def stalled_segments(_now: datetime) -> Iterator[Concern]:
    """Segments whose rule takes too long."""
    for segment in Segment.objects.filter(archived_at=None, stalled_at__isnull=False):
        text = _("segment is not kept up to date: %(segment)s") % {"segment": segment}
        url = reverse("admin:customers_segment_change", args=[segment.pk])
        yield Concern("bad", "join_inner", 1, text, url, _("its rule takes too long"))


CHECKS: Sequence[tuple[str, Callable[[datetime], Iterator[Concern]]]] = [
    ("journeys.view_journey", approvals),
    ("journeys.view_journey", parked_customers),
    ("journeys.view_journey", lacking_journeys),
    ("channels.view_channel", channels_unwell),
    ("customers.view_inboxrow", parked_calls),
    ("customers.view_segment", stalled_segments),
    ("channels.view_message", messages_to_look_at),
    ("channels.view_cap", over_messaged),
    ("journeys.view_journey", paused_journeys),
    ("campaigns.view_broadcast", paused_broadcasts),
    ("customers.view_stage", barriers_of_stages),
    ("customers.view_source", sources_gone_quiet),
    ("customers.view_repairsweep", repairs),
]
