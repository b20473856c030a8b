"""Take the sample out, once somebody has their own customers to look at."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from campaigns.models import Broadcast
from customers.models import Identity, Segment
from customers.rules import RuleError
from customers.segments import delete_segment
from customers.services import erase_customers, lift_tombstones
from journeys.acts import Person
from journeys.models import Journey
from journeys.services import archive
from sandbox import shop
from sandbox.models import Replay
from sandbox.receivers.store import FILE, Store
from sandbox.replay import ReplayRunningError, only_one

CHUNK = 200
SAMPLE = "sample"  # its replay
LOG = "Log grocer"  # its source
# All events once: it is done once.
PEOPLE = """
    SELECT DISTINCT customer_id FROM customers_event
    WHERE source_id IN (SELECT id FROM customers_source WHERE name = %s)
"""


class RemovalError(RuntimeError):
    """The sample can't be taken out now; the message says why."""


def sample_there() -> Replay | None:
    """The sample's replay, where it is at its end and has not been taken out."""
    return Replay.objects.filter(name=SAMPLE, removed_at=None).exclude(finished_at=None).first()


def remove_sample(now: datetime, by: Person = None) -> int:
    """Erase the sample's customers with all that they did and got; returns how many.

    Its journeys are archived, its broadcast and segments deleted where nothing else uses them, the Inbox is
    emptied. Caps, quiet hours, contents and stage rules stay. One that is broken off goes on when it is
    called again.
    """
    replay = sample_there()
    if replay is None:
        raise RemovalError(_("There is no sample to be taken out, or its replay has not come to its end."))
    try:
        with only_one():
            erased = sum(_erase(chunk, now) for chunk in _people())
            _archive(now, by)
            Store(settings.VAR / FILE).reset()
            Replay.objects.filter(pk=replay.pk).update(removed_at=now)
    except ReplayRunningError as error:
        raise RemovalError(str(error)) from error
    return erased


def _people() -> Iterator[list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [LOG])
        ids = [row[0] for row in cursor.fetchall()]
    yield from (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _erase(customer_ids: list[int], now: datetime) -> int:
    """Made-up people may come back: no tombstone keeps them away."""
    keys = list(Identity.objects.filter(customer_id__in=customer_ids).values_list("kind", "value"))
    erased = erase_customers(customer_ids, now)
    lift_tombstones(keys)
    return erased


def _archive(now: datetime, by: Person) -> None:
    for journey in Journey.objects.filter(slug__in=shop.journey_slugs()).exclude(
        state=Journey.State.ARCHIVED
    ):
        archive(journey.pk, now, by)
    Broadcast.objects.filter(name=shop.HARVEST, segment__slug__in=shop.segment_slugs()).delete()
    for segment in Segment.objects.filter(slug__in=shop.segment_slugs()):
        try:
            delete_segment(segment)
        except RuleError:  # something of their own uses it
            continue
