"""What a well-formed rule of a stage or a segment must not do: read what isn't there, or itself."""

from typing import Any

from django.utils.translation import gettext as _

from customers.definitions import STAGE, find_cycle, read_by, segment_name
from customers.models import Segment, Stage
from customers.rules import Problem, Rule, RuleError, parse

OF_SEGMENTS = frozenset(["$segment_entered", "$segment_left"])


def check_rule(name: str, tree: Any) -> Rule:
    """The parsed rule of the definition `name`; RuleError for a bad one, a missing segment, a cycle."""
    rule = parse(tree)
    slugs = set(Segment.objects.values_list("slug", flat=True))
    problems = [
        Problem(path=path, message=message)
        for path, leaf in rule.leaves()
        for message in [
            *(_no_segment(slug) for slug in leaf.depends().segments if not _is_there(slug, name, slugs)),
            *(_segment_event(event) for event in leaf.depends().events & OF_SEGMENTS),
        ]
    ]
    if not problems and (cycle := find_cycle({**_reads(name), name: read_by(rule.depends)}, name)):
        message = _("The rule would depend on itself: %(way)s.") % {"way": " → ".join(cycle)}
        problems.append(Problem(path="", message=message))
    if problems:
        raise RuleError(problems)
    return rule


def definitions_that_read(name: str) -> list[str]:
    """The names of the definitions whose rule reads the definition `name`."""
    return sorted(reader for reader, reads in _reads(name).items() if name in reads)


def _reads(but: str) -> dict[str, set[str]]:
    """What each stored definition but one reads."""
    reads: dict[str, set[str]] = {}
    stages = Stage.objects.values_list("rule", "stay_rule", "leave_rule")
    rules = [(STAGE, rule) for three in stages for rule in three]
    rules += [(segment_name(slug), rule) for slug, rule in Segment.objects.values_list("slug", "rule")]
    for name, tree in rules:
        try:
            reads.setdefault(name, set()).update(read_by(parse(tree).depends))
        except RuleError:
            continue  # it is left out of classifying too
    if but != STAGE:
        reads.pop(but, None)
    return reads


def _is_there(slug: str, name: str, slugs: set[str]) -> bool:
    return slug in slugs or segment_name(slug) == name


def _no_segment(slug: str) -> str:
    return _("There is no segment %(slug)s.") % {"slug": slug}


def _segment_event(event: str) -> str:
    return _("%(event)s can't be asked here; ask whether the customer is in the segment.") % {"event": event}
