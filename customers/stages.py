"""The seven stages: how their rules are changed, who stands where, and who moved from where to where."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from config import work
from customers.checks import check_rule
from customers.definitions import STAGE
from customers.models import Customer, Stage, StageMove
from customers.rules import RuleError
from customers.segments import lock_definitions


class StageCount(NamedTuple):
    """How many customers stand in a stage; `stage` is its number, None: in none yet."""

    stage: int | None
    customers: int


class StageFlow(NamedTuple):
    """How many customers moved from one stage to another, and how often; from None: their first stage."""

    from_stage: int | None
    to_stage: int
    customers: int
    moves: int


def save_stage_rule(stage: Stage, rule: Any, now: datetime) -> Stage:
    """Give a stage another rule and have everybody's stage looked up anew; RuleError where it is no good."""
    with transaction.atomic():
        lock_definitions()
        if rule:
            check_rule(STAGE, rule, now)
        elif rule != {}:
            raise RuleError([{"path": "", "message": _("A stage without a rule has the empty object.")}])
        if rule != stage.rule or stage.changed_at is None:
            stage.rule = rule
            _mark_changed(stage, now)
    return stage


def save_precedence(numbers: Mapping[int, int], now: datetime) -> None:
    """Say for each stage number its precedence: where several rules hold, the least wins."""
    with transaction.atomic():
        lock_definitions()
        stages = Stage.objects.in_bulk()
        for number, stage in stages.items():
            stage.precedence = numbers.get(number, stage.precedence)
        if len({stage.precedence for stage in stages.values()}) < len(stages):
            raise RuleError(
                [{"path": "precedence", "message": _("Two stages can't have the same precedence.")}]
            )
        Stage.objects.bulk_update(stages.values(), ["precedence"])
        _mark_changed(stages[1], now)


def _mark_changed(stage: Stage, now: datetime) -> None:
    stage.changed_at, stage.rebuilt_at, stage.rebuilt_to = now, None, 0
    stage.save(update_fields=["rule", "changed_at", "rebuilt_at", "rebuilt_to"])
    work.wake("customers.rebuild")


def stage_counts() -> list[StageCount]:
    """Each of the seven stages with its customers, and last those who are in none."""
    counted = Customer.objects.order_by().values_list("stage_id").annotate(Count("pk"))
    sizes = dict(counted)
    return [StageCount(number, sizes.get(number, 0)) for number in (*range(1, 8), None)]


def stage_flows(start: datetime, end: datetime) -> list[StageFlow]:
    """The moves from `start` on, before `end`, each pair of stages once; returns included."""
    moves = StageMove.objects.filter(moved_at__gte=start, moved_at__lt=end)
    pairs = moves.order_by().values_list("from_stage_id", "to_stage_id")
    counted = pairs.annotate(Count("customer", distinct=True), Count("pk"))
    return [
        StageFlow(*row) for row in counted.order_by(F("from_stage_id").asc(nulls_first=True), "to_stage_id")
    ]
