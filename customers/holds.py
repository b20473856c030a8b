"""Stages by hand: a person puts a customer into a stage, with a reason, and lets the rules decide again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config import work
from customers.classify import classify, classify_by
from customers.definitions import NUMBERS, STAGE, load_definitions
from customers.events import NewEvent, lock_events, write_events
from customers.locks import lock_customers
from customers.models import Stage, StageHold
from customers.rules import Depends, Problem
from customers.verdicts import named_by_rules

LONGEST_REASON = 1000


class HoldError(ValueError):
    """A customer can't be held like this; `errors` says what is wrong."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.errors = [Problem(path=path, message=message)]


def hold_stage(
    customer_id: int,
    stage: Stage,
    reason: str,
    by: str,
    now: datetime,
    *,
    until: datetime | None = None,
    yields: bool = False,
) -> StageHold:
    """Put the customer into `stage`: for good, `until` a moment, or (`yields`) until the rules name another.

    It ends the hold that there was. The move, if it is one, is the person's: with reason and name. HoldError
    for what can't be, and for a customer who is gone.
    """
    holds = hold_stages([customer_id], stage, reason, by, now, until=until, yields=yields)
    if not holds:
        raise HoldError("", _("The customer was erased meanwhile."))
    return holds[0]


def hold_stages(
    customer_ids: Iterable[int],
    stage: Stage,
    reason: str,
    by: str,
    now: datetime,
    *,
    until: datetime | None = None,
    yields: bool = False,
) -> list[StageHold]:
    """The same of many customers at once; those who are gone are left out."""
    reason = _checked(reason, until, now, yields=yields)
    with transaction.atomic():
        lock_events()
        there = lock_customers(customer_ids)
        StageHold.objects.filter(customer_id__in=there, ended_at=None).update(ended_at=now, ended_by=by)
        named = _named(there, now) if yields else {}
        holds = StageHold.objects.bulk_create(
            StageHold(
                customer_id=customer_id,
                stage=stage,
                reason=reason,
                held_by=by,
                held_at=now,
                until=until,
                yields=yields,
                named=named.get(customer_id),
            )
            for customer_id in there
        )
        told = {"stage": stage.slug, "by": by, "reason": reason, "until": until and until.isoformat()}
        _tell(there, "$stage_held", told | {"yields": yields}, now)
    return holds


def release_stage(customer_id: int, by: str, now: datetime) -> bool:
    """Let the rules decide about the customer again, from now on; False: nothing was held."""
    with transaction.atomic():
        lock_events()
        lock_customers([customer_id])
        hold = StageHold.objects.filter(customer_id=customer_id, ended_at=None).first()
        if hold is None:
            return False
        hold.ended_at, hold.ended_by = now, by
        hold.save(update_fields=["ended_at", "ended_by"])
        _tell([customer_id], "$stage_released", {"stage": NUMBERS[hold.stage_id], "by": by}, now)
    return True


def _checked(reason: str, until: datetime | None, now: datetime, *, yields: bool) -> str:
    reason = reason.strip()
    if not reason:
        raise HoldError("reason", _("Say why: who reads the history will want to know."))
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise HoldError("reason", _("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON})
    if until is not None and until <= now:
        raise HoldError("until", _("This moment is over: choose a later one."))
    if until is not None and yields:
        raise HoldError("until", _("Choose either a moment or the rules' next word as the end."))
    return reason


def _named(customer_ids: Sequence[int], now: datetime) -> dict[int, int | None]:
    stages = next(one for level in load_definitions() for one in level if one.name == STAGE)
    return named_by_rules(stages, customer_ids, now)


def _tell(customer_ids: Sequence[int], name: str, told: dict[str, object], now: datetime) -> None:
    """The events, and all that follows of them."""
    write_events([NewEvent(customer_id, name, now, told) for customer_id in customer_ids], now)
    classify_by({STAGE}, customer_ids, now)
    classify(customer_ids, now, changed=Depends(events=frozenset([name])))
    work.wake("journeys.listen")
