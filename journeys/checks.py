"""Whether a graph can be published: what only the database can tell, a query for each kind of thing."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from channels.models import Channel, Content, ContentText
from customers.models import Segment, Stage
from journeys.faults import Fault, Faults, GraphError
from journeys.graph import Graph, parse
from journeys.models import Journey
from journeys.sending import Sending
from journeys.step import Json, Step
from journeys.steps.wait_for import WaitForEvent, segment_of_rule
from journeys.warn import GraphWarning, WarningsError, warnings_of

MISSING = {
    "segment": gettext_noop("there is no segment '%(name)s'"),
    "list": gettext_noop("there is no list '%(name)s'"),
    "stage": gettext_noop("there is no stage '%(name)s'"),
    "journey": gettext_noop("there is no journey '%(name)s'"),
    "sending step": gettext_noop("there is no sending step '%(name)s'"),
}


@dataclass(frozen=True)
class Check:
    """What was found of a graph: errors, which keep it from being published, and warnings, which do not."""

    errors: list[Fault] = field(default_factory=list)
    warnings: list[GraphWarning] = field(default_factory=list)

    def accept(self, acknowledged: Collection[str]) -> list[GraphWarning]:
        """The warnings, if all are acknowledged by their keys; GraphError or WarningsError if it can't be."""
        if self.errors:
            raise GraphError(self.errors)
        left = [warning for warning in self.warnings if warning.key not in acknowledged]
        if left:
            raise WarningsError(left)
        return self.warnings


def look_over(graph: Any, now: datetime) -> Check:
    """All that is wrong with a graph, or else all that whoever publishes it now should know."""
    try:
        parsed = check(graph)
    except GraphError as error:
        return Check(errors=error.errors)
    return Check(warnings=[*warnings_of(parsed, graph, now), *_unserved(parsed), *_unspoken(parsed)])


def check(graph: object) -> Graph:
    """The parsed graph; GraphError where it is broken, or names what is not there."""
    parsed = parse(graph)
    faults = Faults()
    _check_contents(parsed, faults)
    _check_there("segment", segments_named(parsed), _segments(), faults)
    _check_there("stage", _named("stage", parsed), Stage.objects.values_list("slug", flat=True), faults)
    _check_there("list", _named("list", parsed), _segments().filter(kind=Segment.Kind.LIST), faults)
    _check_there("journey", _named("journey", parsed), _journeys(), faults)
    _check_there("sending step", _named("sending step", parsed), _sending(parsed), faults)
    faults.raise_any()
    return parsed


def _check_contents(graph: Graph, faults: Faults) -> None:
    """Each content is there, and of its step's channel; a fallback is of another."""
    named = {path: (slug, step) for path, slug, step in contents_named(graph)}
    found = Content.objects.filter(slug__in={slug for slug, _ in named.values()})
    channels: Mapping[str, str] = dict(found.values_list("slug", "channel"))
    for path, (slug, step) in named.items():
        if slug not in channels:
            faults.add(path, _("there is no content '%(name)s'") % {"name": slug})
        elif isinstance(step, Sending) and (wanted := _channel(step, path)) not in {"", channels[slug]}:
            words = _("'%(name)s' is a content for %(channel)s; this step sends by %(wanted)s")
            faults.add(path, words % {"name": slug, "channel": channels[slug], "wanted": wanted})


def _channel(step: Sending, path: str) -> str:
    """The channel of which the content at a path must be; empty: any."""
    return step.channels.get(path.split(".settings.", 1)[1], "")


def _check_there(what: str, named: Iterator[tuple[str, str]], there: Iterable[str], faults: Faults) -> None:
    keys = list(named)
    if keys:
        known = set(there)
        for path, slug in keys:
            if slug not in known:
                faults.add(path, _(MISSING[what]) % {"name": slug})


def _segments() -> QuerySet[Segment, str]:
    """Those that are kept up to date."""
    return Segment.objects.filter(archived_at=None).values_list("slug", flat=True)


def _sending(graph: Graph) -> Iterable[str]:
    """The steps that send something."""
    return [place.id for place in graph.places.values() if place.step.contents]


def _unserved(graph: Graph) -> Iterator[GraphWarning]:
    """Steps that send by a channel by which nothing goes out."""
    sending = {
        place.id: channel
        for place in graph.places.values()
        if isinstance(channel := getattr(place.step, "channel", None), str)
    }
    if sending:
        active = set(Channel.objects.filter(is_active=True).values_list("kind", flat=True))
        for step, channel in sending.items():
            if channel not in active:
                yield GraphWarning(
                    "no_channel",
                    f"steps.{step}",
                    _("sends by %(channel)s, which has no active provider: its messages will not go out")
                    % {"channel": channel},
                )


def _unspoken(graph: Graph) -> Iterator[GraphWarning]:
    """Contents that have no text in the brand's language, which those get who have no other."""
    named = [(path, slug) for path, slug, _step in contents_named(graph)]
    spoken = ContentText.objects.filter(content=OuterRef("pk"), language=settings.BRAND_LANGUAGE)
    silent = set(
        Content.objects.filter(~Exists(spoken), slug__in={slug for _path, slug in named}).values_list(
            "slug", flat=True
        )
    )
    for path, slug in named:
        if slug in silent:
            yield GraphWarning(
                "no_text",
                path,
                _("%(content)s has no text in the brand's language, %(language)s")
                % {"content": slug, "language": settings.BRAND_LANGUAGE},
            )


def _journeys() -> Iterable[str]:
    """Those that may still do something."""
    return Journey.objects.exclude(state=Journey.State.ARCHIVED).values_list("slug", flat=True)


def contents_named(graph: Graph) -> Iterator[tuple[str, str, Step]]:
    """Where in the graph which content is named, and by which step."""
    for place in graph.places.values():
        for path, slug in place.step.contents.items():
            yield f"steps.{place.id}.settings.{path}", slug, place.step


def segments_used(graph: Graph) -> set[str]:
    """The segments and lists that must stay while the graph is in force."""
    awaited = {segment_of_rule(rule) for _path, rule in rules_awaited(graph)}
    named = (*segments_named(graph), *_named("list", graph))
    return {slug for _path, slug in named} | awaited


def rules_awaited(graph: Graph) -> Iterator[tuple[str, Json]]:
    """The rules for which steps wait to become true, and where they stand."""
    for place in graph.places.values():
        if isinstance(place.step, WaitForEvent):
            for path, rule in place.step.asks.values():
                yield f"steps.{place.id}.settings.{path}", rule


def segments_named(graph: Graph) -> Iterator[tuple[str, str]]:
    """Where in the graph which segment is named."""
    yield from _named("segment", graph)
    if graph.rule is not None:
        yield from (("trigger.rule", slug) for slug in sorted(graph.rule.depends.segments))
    for watched in graph.watched:
        if watched.rule is not None:
            yield from ((f"{watched.path}.rule", slug) for slug in sorted(watched.rule.depends.segments))
    for place in graph.places.values():
        for key, rule in place.rules.items():
            path = f"steps.{place.id}.settings.{place.step.asks[key].path}"
            yield from ((path, slug) for slug in sorted(rule.depends.segments))


def _named(what: str, graph: Graph) -> Iterator[tuple[str, str]]:
    """Where the trigger, a goal, an exit or a step names which thing of this kind."""
    named: Mapping[str, str] = getattr(graph.trigger, f"{what}s", {})
    yield from ((f"trigger.{path}", slug) for path, slug in named.items())
    for watched in graph.watched:
        whens: Mapping[str, str] = getattr(watched.when, f"{what}s", {})
        yield from ((f"{watched.path}.when.{path}", slug) for path, slug in whens.items())
    for place in graph.places.values():
        for path, one in place.step.names.items():
            if one.what == what:
                yield f"steps.{place.id}.settings.{path}", one.key
