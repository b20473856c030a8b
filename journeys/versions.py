"""Published graphs, parsed once for each process: versions never change."""

from collections.abc import Iterable

from journeys.graph import Graph, parse
from journeys.models import JourneyVersion
from journeys.step import Json

KEPT = 2_000
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


def _parsed(graph: Json) -> Graph | Exception:
    try:
        return parse(graph)
    except ValueError as error:
        return error
