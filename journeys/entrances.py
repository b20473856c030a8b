"""The live journeys as entrances: by what each lets customers in. Known in each process by their versions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from customers.copying import numbers
from journeys.graph import Graph
from journeys.versions import graphs_of

Live = tuple[tuple[int, int], ...]  # ids of live journeys and their versions


@dataclass(frozen=True, slots=True)
class Entrance:
    """A live journey, and what lets customers into it."""

    journey_id: int
    version_id: int
    graph: Graph

    @property
    def event(self) -> str:
        """The name of the event that it listens to; empty where to none."""
        listens = self.graph.trigger.listens
        return listens.event if listens else ""


@dataclass(frozen=True)
class Entrances:
    """All live journeys, by what they listen to; and the traits and journeys of which they want news.

    `by_date`: those that customers enter at a date of theirs.
    """

    by_event: Mapping[str, list[Entrance]]
    by_date: list[Entrance]
    traits: frozenset[str]
    journeys: frozenset[str]


# Some hundred rows of a small table; which of them listen to what is known by their versions.
LIVE = "SELECT id, live_version_id FROM journeys_journey WHERE state = 'live' AND live_version_id IS NOT NULL"
LOCK = """
    SELECT id, live_version_id FROM journeys_journey
    WHERE id = ANY(%s::bigint[]) AND state = 'live' AND live_version_id IS NOT NULL
    ORDER BY id FOR NO KEY UPDATE
"""


def entrances() -> Entrances:
    """The entrances as they are now, without a lock: `lock_entrances` makes sure of those that matter."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE)
        return _told_apart(tuple(sorted(cursor.fetchall())))


def watched_traits() -> frozenset[str]:
    """The traits, as dotted paths, whose changes some live journey must be told."""
    return entrances().traits


@lru_cache(maxsize=4)
def _told_apart(live: Live) -> Entrances:
    by_event: dict[str, list[Entrance]] = defaultdict(list)
    opened = _opened(live)
    for one in opened:
        by_event[one.event].append(one)
    triggers = [one.graph.trigger for one in opened]
    return Entrances(
        by_event,
        [one for one in opened if one.graph.trigger.customer_date],
        frozenset(trait for trigger in triggers for trait in trigger.traits),
        frozenset(slug for trigger in triggers for slug in trigger.journeys.values()),
    )


def lock_entrances(journey_ids: Iterable[int]) -> list[Entrance]:
    """Those of the journeys that let customers in, in the order of their ids; a pause waits for the commit.

    Whoever lets somebody in holds this lock, so entries into one journey come one after the other.
    """
    asked = set(journey_ids)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [numbers(asked)])
        return _opened(tuple(cursor.fetchall()))


def _opened(live: Live) -> list[Entrance]:
    graphs = graphs_of(version_id for _, version_id in live)
    return [
        Entrance(journey_id, version_id, graph)
        for journey_id, version_id in live
        if isinstance(graph := graphs[version_id], Graph)
    ]
