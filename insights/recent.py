"""What each person has opened last."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config import clock
from config.pages import who
from customers.models import Customer
from insights.items import KINDS, Item
from insights.models import RecentItem

KEPT = 20  # of a person
SHOWN = 8
# The pages that count as opening something: its kind, and the part of the address that tells which.
OPENED = {
    "admin:customer": ("customer", "public_id"),
    "admin:journeys_journey_change": ("journey", "object_id"),
    "admin:journey_designer": ("journey", "journey_id"),
    "admin:customers_segment_change": ("segment", "object_id"),
    "admin:channels_content_change": ("content", "object_id"),
    "admin:campaigns_broadcast_change": ("broadcast", "object_id"),
    "admin:channels_message_change": ("message", "object_id"),
}


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Remember what a person opens, once its page is there."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        match = request.resolver_match
        opened = OPENED.get(match.view_name) if match else None
        if match and opened and request.method == "GET" and response.status_code == HTTPStatus.OK:
            kind, part = opened
            _note(request, kind, match.kwargs[part])
        return response

    return respond


def _note(request: HttpRequest, kind: str, said: Any) -> None:
    person = who(request)
    if kind == "customer":
        said = Customer.objects.filter(public_id=said).values_list("pk", flat=True).first()
    if person is not None and said is not None:
        remember(person.pk, kind, int(said), clock.now())


def remember(person_id: int, kind: str, number: int, now: datetime) -> None:
    """Note that a person has opened something; beyond the last few, what is older is forgotten."""
    RecentItem.objects.update_or_create(
        person_id=person_id, kind=kind, number=number, defaults={"opened_at": now}
    )
    mine = RecentItem.objects.filter(person_id=person_id).order_by("-opened_at", "-pk")
    RecentItem.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[KEPT:])).delete()


def forget_erased(customer_ids: Sequence[int], now: datetime) -> None:
    """No row names somebody who is erased.

    Of who is joined with another the rows stay, and are shown no more: a merge is made in copies of the
    tables too, where there are none of this app.
    """
    del now
    RecentItem.objects.filter(kind="customer", number__in=customer_ids).delete()


def recent_items(person_id: int, may: Callable[[str], bool]) -> list[Item]:
    """The last few that are still there and that the person may see, the newest first; a query a kind."""
    rows = list(RecentItem.objects.filter(person_id=person_id).order_by("-opened_at", "-pk")[:KEPT])
    numbers = defaultdict[str, list[int]](list)
    for row in rows:
        if row.kind in KINDS and may(KINDS[row.kind].permission):
            numbers[row.kind].append(row.number)
    found = {kind: KINDS[kind].rows.in_bulk(pks) for kind, pks in numbers.items()}
    there = [(row.kind, found[row.kind][row.number]) for row in rows if row.number in found.get(row.kind, {})]
    return [KINDS[kind].item(row) for kind, row in there[:SHOWN]]
