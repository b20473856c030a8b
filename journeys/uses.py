"""Which journeys name a segment or a content: while one does, it stays, and keeps its key."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from journeys.checks import contents_named, segments_named
from journeys.faults import GraphError
from journeys.graph import Graph, parse
from journeys.models import Enrollment, Journey, JourneyVersion, Standing


def that_name_segment(slug: str) -> list[str]:
    """The journeys that ask for the segment, as a person would call them."""
    return _that_name(slug, lambda graph: {named for _path, named in segments_named(graph)})


def that_name_content(slug: str) -> list[str]:
    """The journeys that send the content, likewise."""
    return _that_name(slug, lambda graph: {named for _path, named, _step in contents_named(graph)})


def _that_name(slug: str, names: Callable[[Graph], AbstractSet[str]]) -> list[str]:
    """Those of which a version is in force that names it: the live one, or one that somebody is inside of."""
    is_live = Q(pk__in=Journey.objects.exclude(state=Journey.State.ARCHIVED).values("live_version"))
    inside = Enrollment.objects.filter(version=OuterRef("pk")).exclude(standing=Standing.ENDED)
    versions = JourneyVersion.objects.filter(is_live | Exists(inside)).select_related("journey")
    found = {version.journey.name for version in versions if slug in _named(version, names)}
    return [_("the journey %(name)s") % {"name": name} for name in sorted(found)]


def _named(version: JourneyVersion, names: Callable[[Graph], AbstractSet[str]]) -> AbstractSet[str]:
    try:
        return names(parse(version.graph))
    except GraphError:  # of an older Sette, and no longer understood: it sends nothing
        return set()
