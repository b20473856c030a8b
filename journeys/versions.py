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
    missing = wanted - _graphs.keys()
    if missing:
        if len(_graphs) + len(missing) > KEPT:
            _graphs.clear()
        rows = JourneyVersion.objects.filter(pk__in=missing).values_list("pk", "graph")
        _graphs.update({pk: _parsed(graph) for pk, graph in rows})
    return {pk: _graphs[pk] for pk in wanted}


def _parsed(graph: Json) -> Graph | Exception:
    try:
        return parse(graph)
    except ValueError as error:
        return error
