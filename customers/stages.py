"""The seven stages: how their terms are changed, who stands where, and who moved from where to where."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from config import work
from customers.checks import check_rule
from customers.definitions import STAGE
from customers.models import Stage, StageVersion
from customers.rules import Problem, RuleError
from customers.rules.texts import LONGEST
from customers.segments import lock_definitions
from customers.stage_definitions import FIELDS, RULES, terms_of, written
from customers.tallies import moves_between, stage_sizes

Change = Mapping[str, Any]  # fields of a stage by name


class StageCount(NamedTuple):
    """How many customers stand in a stage; `stage` is its number, None: in none yet."""

    stage: int | None
    customers: int


class StageFlow(NamedTuple):
    """How many moves led from one stage to another; from None: to somebody's first stage."""

    from_stage: int | None
    to_stage: int
    moves: int


def save_stages(
    changes: Mapping[int, Change],
    now: datetime,
    by: str = "",
    note: str = "",
    version: StageVersion | None = None,
) -> StageVersion | None:
    """Change stages by their numbers, as one new version, and have everybody's stage looked up anew.

    `version`: the draft that comes into force by it. None where nothing is new. RuleError names what is no
    good by the stage's key and the field: `use.rule.rules.0.value`.
    """
    with transaction.atomic():
        lock_definitions()
        stages = Stage.objects.in_bulk()
        check_changes(stages, changes, now)
        news = {number: _changed(stages[number], change) for number, change in changes.items()}
        if not any(news.values()) and version is None:
            return None
        for number, change in changes.items():
            for field, value in change.items():
                setattr(stages[number], field, value)
        Stage.objects.bulk_update(stages.values(), FIELDS)
        _look_anew([number for number, fields in news.items() if fields] or [1], now)
        return _in_force(version or StageVersion(note=note, saved_by=by, saved_at=now), stages, now)


def _in_force(version: StageVersion, stages: Mapping[int, Stage], now: datetime) -> StageVersion:
    version.definitions = written({number: terms_of(stage) for number, stage in stages.items()})
    version.number = 1 + (StageVersion.objects.aggregate(last=Max("number"))["last"] or 0)
    version.in_force_at = now
    version.save()
    return version


def _changed(stage: Stage, change: Change) -> list[str]:
    """The fields that get another value; one that nobody has ever set counts too."""
    is_new = stage.changed_at is None
    return [
        field
        for field, value in change.items()
        if value != getattr(stage, field) or (is_new and field == "rule" and value)
    ]


def check_changes(stages: Mapping[int, Stage], changes: Mapping[int, Change], now: datetime) -> None:
    """RuleError where stages can't be changed like this."""
    problems: list[Problem] = []
    for number, change in changes.items():
        slug = stages[number].slug
        for field, value in change.items():
            problems += [
                Problem(path=f"{slug}.{field}.{problem['path']}".rstrip("."), message=problem["message"])
                for problem in _problems(field, value, now)
            ]
    places = {changes.get(number, {}).get("precedence", stage.precedence) for number, stage in stages.items()}
    if len(places) < len(stages):
        problems.append(Problem(path="precedence", message=_("Two stages can't have the same precedence.")))
    if problems:
        raise RuleError(problems)


def _problems(field: str, value: Any, now: datetime) -> list[Problem]:
    if field in RULES and value != {}:
        if not value:
            return [Problem(path="", message=_("A stage without a rule has the empty object."))]
        try:
            check_rule(STAGE, value, now)
        except RuleError as error:
            return error.errors
    if field == "dwell" and value is not None and not timedelta(seconds=1) <= value <= LONGEST:
        message = _("A customer stays for a second at least, and for %(most)d days at most.")
        return [Problem(path="", message=message % {"most": LONGEST.days})]
    return []


def save_stage(stage: Stage, change: Change, now: datetime, by: str = "", note: str = "") -> Stage:
    """Change one stage; RuleError with its fields' paths. The row that was given is brought up to date."""
    try:
        save_stages({stage.number: change}, now, by, note)
    except RuleError as error:
        prefix = f"{stage.slug}."
        raise RuleError(
            [
                Problem(path=problem["path"].removeprefix(prefix), message=problem["message"])
                for problem in error.errors
            ]
        ) from error
    stage.refresh_from_db()
    return stage


def save_stage_rule(stage: Stage, rule: Any, now: datetime) -> Stage:
    """Give a stage another rule; RuleError where it is no good."""
    return save_stage(stage, {"rule": rule}, now)


def save_precedence(numbers: Mapping[int, int], now: datetime) -> None:
    """Say for each stage number its precedence: where several rules hold, the least wins."""
    save_stages({number: {"precedence": place} for number, place in numbers.items()}, now)


def _look_anew(numbers: list[int], now: datetime) -> None:
    Stage.objects.filter(number__in=numbers).update(changed_at=now, rebuilt_at=None, rebuilt_to=0)
    work.wake("customers.rebuild")


def stage_counts() -> list[StageCount]:
    """Each of the seven stages with its customers, and last those who are in none."""
    sizes = stage_sizes()
    return [StageCount(number, sizes[number or 0]) for number in (*range(1, 8), None)]


def stage_flows(start: datetime, end: datetime) -> list[StageFlow]:
    """The moves of the hours from `start` on, before `end`, each pair of stages once; returns included."""
    moves = sorted(moves_between(start, end).items())
    return [StageFlow(source or None, to, many) for (source, to), many in moves]
