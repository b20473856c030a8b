"""Published graphs, parsed once for each process: versions never change.

In a deploy old and new code run side by side. A process that can't read what was published lately is older
than whoever published it, and leaves all work on journeys to newer ones: it would lose events and fail
enrollments that they can deal with.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from journeys.graph import Graph, parse
from journeys.models import JourneyVersion
from journeys.step import Json

logger = logging.getLogger(__name__)

KEPT = 2_000
DEPLOY = timedelta(hours=1)  # no longer do old and new code run side by side
ALL = "SELECT id FROM journeys_journeyversion"
NEWEST = "SELECT coalesce(max(id), 0) FROM journeys_journeyversion"
_graphs: dict[int, Graph | Exception] = {}


def graphs_of(version_ids: Iterable[int]) -> dict[int, Graph | Exception]:
    """The graphs of versions; for one that can't be read (a kind of step is gone), what was wrong."""
    wanted = set(version_ids)
    found = {pk: graph for pk in wanted if (graph := _graphs.get(pk)) is not None}
    missing = wanted - found.keys()
    if missing:
        rows = JourneyVersion.objects.filter(pk__in=missing).values_list("pk", "graph")
        read = {pk: _parsed(graph) for pk, graph in rows}
        if len(_graphs) + len(read) > KEPT:
            _graphs.clear()
        _graphs.update(read)
        found |= read
    return found


def all_versions() -> list[int]:
    """The versions that there are, of journeys in whatever state."""
    with connection.cursor() as cursor:
        cursor.execute(ALL)
        return [row[0] for row in cursor.fetchall()]


def slugs_of(version_ids: Iterable[int]) -> dict[int, str]:
    """The keys of the journeys whose versions these are."""
    return dict(JourneyVersion.objects.filter(pk__in=set(version_ids)).values_list("pk", "journey__slug"))


@dataclass
class Seen:
    """How far this process has looked at versions, and when those that it can't read were published."""

    newest: int = 0
    unreadable: list[datetime] = field(default_factory=list)


_seen = Seen()


def unless_outdated(run: Callable[[datetime], int]) -> Callable[[datetime], int]:
    """The piece of work `run`, which a process that is older than a version published lately leaves alone."""

    def run_unless(now: datetime) -> int:
        if _is_outdated(now):
            logger.warning("A journey was published by a newer Sette: its workers do this. Update this one.")
            return 0
        return run(now)

    return run_unless


def _is_outdated(now: datetime) -> bool:
    """By one probe of the primary key, unless there is a new version."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        [newest] = cursor.fetchone()
    if newest > _seen.newest:
        lately = JourneyVersion.objects.filter(pk__gt=_seen.newest, published_at__gt=now - DEPLOY)
        at = dict(lately.values_list("pk", "published_at"))
        _seen.unreadable += [at[pk] for pk, one in graphs_of(at).items() if isinstance(one, Exception)]
        _seen.newest = newest
    return any(published_at > now - DEPLOY for published_at in _seen.unreadable)


def _parsed(graph: Json) -> Graph | Exception:
    try:
        return parse(graph)
    except ValueError as error:
        return error
