"""Whether a graph can be published: what only the database can tell, a query for each kind of thing."""

from collections.abc import Iterable, Iterator, Mapping

from channels.models import Content
from customers.models import Segment, Stage
from journeys.entry import SegmentTrigger, StageTrigger
from journeys.faults import Faults
from journeys.graph import Graph, parse
from journeys.sending import SendStep
from journeys.step import Step


def check(graph: object) -> Graph:
    """The parsed graph; GraphError where it is broken, or names what is not there."""
    parsed = parse(graph)
    faults = Faults()
    _check_contents(parsed, faults)
    _check_there("segment", segments_named(parsed), _segments(), faults)
    _check_there("stage", _stages(parsed), Stage.objects.values_list("slug", flat=True), faults)
    faults.raise_any()
    return parsed


def _check_contents(graph: Graph, faults: Faults) -> None:
    """Each content is there, and of its step's channel; a fallback is of another."""
    named = {path: (slug, step) for path, slug, step in contents_named(graph)}
    found = Content.objects.filter(slug__in={slug for slug, _ in named.values()})
    channels: Mapping[str, str] = dict(found.values_list("slug", "channel"))
    for path, (slug, step) in named.items():
        if slug not in channels:
            faults.add(path, f"there is no content {slug!r}")
        elif isinstance(step, SendStep) and path.endswith(".content") and channels[slug] != step.channel:
            faults.add(path, f"{slug!r} is a content for {channels[slug]}; this step sends by {step.channel}")


def _check_there(what: str, named: Iterator[tuple[str, str]], there: Iterable[str], faults: Faults) -> None:
    keys = list(named)
    if keys:
        known = set(there)
        for path, slug in keys:
            if slug not in known:
                faults.add(path, f"there is no {what} {slug!r}")


def _segments() -> Iterable[str]:
    """Those that are kept up to date."""
    return Segment.objects.filter(archived_at=None).values_list("slug", flat=True)


def contents_named(graph: Graph) -> Iterator[tuple[str, str, Step]]:
    """Where in the graph which content is named, and by which step."""
    for place in graph.places.values():
        for path, slug in place.step.contents.items():
            yield f"steps.{place.id}.settings.{path}", slug, place.step


def segments_named(graph: Graph) -> Iterator[tuple[str, str]]:
    """Where in the graph which segment is named."""
    if isinstance(graph.trigger, SegmentTrigger):
        yield "trigger.segment", graph.trigger.segment
    if graph.rule is not None:
        yield from (("trigger.rule", slug) for slug in sorted(graph.rule.depends.segments))
    for place in graph.places.values():
        for key, rule in place.rules.items():
            path = f"steps.{place.id}.settings.{place.step.asks[key].path}"
            yield from ((path, slug) for slug in sorted(rule.depends.segments))


def _stages(graph: Graph) -> Iterator[tuple[str, str]]:
    """Where in the graph which stage is named."""
    if isinstance(graph.trigger, StageTrigger):
        yield "trigger.stage", graph.trigger.stage
