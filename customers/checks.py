"""What a well-formed rule of a stage or a segment must not do: read what isn't there, itself, too much."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from customers.cost import check_cost
from customers.definitions import STAGE, find_cycle, read_by, segment_name
from customers.models import Segment, Stage
from customers.rules import Problem, Rule, RuleError, parse

OF_SEGMENTS = frozenset(["$segment_entered", "$segment_left"])


def check_rule(name: str, tree: Any, now: datetime) -> Rule:
    """The parsed rule of the definition `name`.

    RuleError for a bad one, a missing segment, a cycle, and where asking everybody at `now` takes too long.
    """
    rule = parse(tree)
    kept = dict(Segment.objects.values_list("slug", "archived_at"))
    problems = []
    for path, leaf in rule.leaves():
        depends = leaf.depends()
        faults = [_segment_fault(slug, kept) for slug in depends.segments if segment_name(slug) != name]
        faults += [_segment_event(event) for event in depends.events & OF_SEGMENTS]
        problems += [Problem(path=path, message=fault) for fault in faults if fault]
    if not problems and (cycle := find_cycle({**_reads(name), name: read_by(rule.depends)}, name)):
        message = _("The rule would depend on itself: %(way)s.") % {"way": " → ".join(cycle)}
        problems.append(Problem(path="", message=message))
    if problems:
        raise RuleError(problems)
    check_cost(rule, now)
    return rule


def rules_that_read(slug: str) -> list[str]:
    """The stages and the segments whose rule reads a segment, as a person would call them."""
    stages = [(stage.rule, _("the stage %(name)s") % {"name": stage.label}) for stage in Stage.objects.all()]
    segments = [
        (segment.rule, _("the segment %(name)s") % {"name": segment.name})
        for segment in Segment.objects.filter(archived_at=None).exclude(slug=slug)
    ]
    return [words for tree, words in stages + segments if segment_name(slug) in _read_by(tree)]


def _reads(but: str) -> dict[str, set[str]]:
    """What each stored definition but one reads."""
    reads: dict[str, set[str]] = {}
    stages = Stage.objects.values_list("rule", "stay_rule", "leave_rule")
    rules = [(STAGE, rule) for three in stages for rule in three]
    rules += [(segment_name(slug), rule) for slug, rule in Segment.objects.values_list("slug", "rule")]
    for name, tree in rules:
        reads.setdefault(name, set()).update(_read_by(tree))
    if but != STAGE:
        reads.pop(but, None)
    return reads


def _read_by(tree: Any) -> set[str]:
    """What a stored rule reads; nothing where it can't be read: it is left out of classifying too."""
    try:
        return read_by(parse(tree).depends)
    except RuleError:
        return set()


def _segment_fault(slug: str, kept: Mapping[str, datetime | None]) -> str:
    """Why a rule can't read the segment; empty where it can."""
    if slug not in kept:
        return _("There is no segment %(slug)s.") % {"slug": slug}
    if kept[slug]:
        return _("The segment %(slug)s is archived: bring it back first.") % {"slug": slug}
    return ""


def _segment_event(event: str) -> str:
    return _("%(event)s can't be asked here; ask whether the customer is in the segment.") % {"event": event}
