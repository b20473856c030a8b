"""Which journeys name a segment or a content: while one does, it stays, and keeps its key."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from journeys.checks import contents_named, segments_used
from journeys.faults import GraphError
from journeys.graph import Graph, parse
from journeys.models import Enrollment, Journey, JourneyVersion, Standing

Use = tuple[str, str]  # a key, and what uses what has it


def of_segments(slugs: Iterable[str]) -> list[Use]:
    """Each of the segments with each journey that asks for it, as a person would call that."""
    return _uses(slugs, segments_used)


def of_contents(slugs: Iterable[str]) -> list[Use]:
    """Each of the contents with each journey that sends it, likewise."""
    return _uses(slugs, lambda graph: {named for _path, named, _step in contents_named(graph)})


def _uses(slugs: Iterable[str], names: Callable[[Graph], AbstractSet[str]]) -> list[Use]:
    """By versions in force: the live one of each journey, and those that somebody is inside of."""
    is_live = Q(pk__in=Journey.objects.exclude(state=Journey.State.ARCHIVED).values("live_version"))
    inside = Enrollment.objects.filter(version=OuterRef("pk")).exclude(standing=Standing.ENDED)
    versions = JourneyVersion.objects.filter(is_live | Exists(inside)).select_related("journey")
    asked = set(slugs)
    found = {(slug, version.journey.name) for version in versions for slug in asked & _named(version, names)}
    return [(slug, _("the journey %(name)s") % {"name": name}) for slug, name in sorted(found)]


def _named(version: JourneyVersion, names: Callable[[Graph], AbstractSet[str]]) -> AbstractSet[str]:
    try:
        return names(parse(version.graph))
    except GraphError:  # of an older Sette, and no longer understood: it sends nothing
        return set()
