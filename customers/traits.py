"""Traits changed by Sette itself: reckoned from what stands there, under the customers' locks.

What sources tell comes by `identify` calls (customers/apply.py).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from config import work
from customers.classify import classify
from customers.events import NewEvent, lock_events, write_events
from customers.locks import lock_customers
from customers.profile import MOST_TRAITS, Profile
from customers.records import load_profiles, save_profiles
from customers.rules.depends import Depends
from customers.tracking.calls import EPOCH, MICROSECOND, Call, ticks
from customers.trait_events import CHANGED, Watch

Operation = Literal["set", "add", "append", "remove", "unset"]
MOST_ELEMENTS = 1000
LARGEST = 10**15


class TraitChange(NamedTuple):
    """What is to become of one trait of one customer."""

    customer_id: int
    trait: str
    operation: Operation
    value: Any = None


class TraitError(ValueError):
    """The trait can't be changed so; the message says why."""


def change_traits(changes: Sequence[TraitChange], now: datetime) -> list[str]:
    """Make the changes, in their order; returns for each why it could not be made, empty where it was.

    Each is the last word of its trait, even over one of the same moment.
    """
    with transaction.atomic(savepoint=False):
        lock_events()
        profiles = load_profiles(lock_customers(change.customer_id for change in changes))
        faults: list[str] = []
        changed: dict[int, set[str]] = {}
        events: list[NewEvent] = []
        watch = Watch()
        for change in changes:
            try:
                learned, told = _change(profiles, change, watch, now)
            except TraitError as error:
                faults.append(str(error))
            else:
                faults.append("")
                events += told
                if learned:
                    changed.setdefault(change.customer_id, set()).update(learned)
        save_profiles({of: profiles[of] for of in changed})
        _tell(changed, events, now)
    return faults


def _tell(changed: Mapping[int, AbstractSet[str]], events: Sequence[NewEvent], now: datetime) -> None:
    """The events, and all that follows of the changes."""
    write_events(events, now)
    traits = frozenset(name for names in changed.values() for name in names)
    classify(sorted(changed), now, changed=Depends(events=frozenset({CHANGED}), traits=traits))
    if events:
        work.wake("journeys.listen")


def _change(
    profiles: Mapping[int, Profile], change: TraitChange, watch: Watch, now: datetime
) -> tuple[set[str], list[NewEvent]]:
    """Change the record; returns the traits and columns that differ, and the events of that."""
    profile = profiles.get(change.customer_id)
    if profile is None:
        raise TraitError(_("The customer was erased meanwhile."))
    if change.trait not in profile.trait_times and len(profile.trait_times) >= MOST_TRAITS:
        raise TraitError(_("The customer has %(most)d traits; that is the most.") % {"most": MOST_TRAITS})
    value = _value(profile.traits.get(change.trait), change)
    at = max(ticks(now), profile.trait_times.get(change.trait, 0) + 1)
    call = Call(
        kind="event", message_id="", occurred_at=EPOCH + at * MICROSECOND, traits={change.trait: value}
    )
    was = watch.values(profile)
    learned = profile.learn(call, "")
    return learned, list(watch.changes(change.customer_id, was, profile, now))


def _value(before: Any, change: TraitChange) -> Any:
    """What stands there afterwards; None: nothing."""
    match change.operation:
        case "set":
            return change.value
        case "unset":
            return None
        case "add":
            return _sum(before, change.value)
    before = [] if before is None else before
    if not isinstance(before, list):
        raise TraitError(_("%(trait)s is no list.") % {"trait": change.trait})
    if change.operation == "remove":
        return [element for element in before if element != change.value]
    if change.value in before:
        return before
    if len(before) >= MOST_ELEMENTS:
        raise TraitError(_("The list has %(most)d elements; that is the most.") % {"most": MOST_ELEMENTS})
    return [*before, change.value]


def _sum(before: Any, value: Any) -> int | float:
    known = 0 if before is None else before
    if not (_is_number(known) and _is_number(value)):
        raise TraitError(_("Only numbers can be added, to a number or to nothing."))
    total = Decimal(str(known)) + Decimal(str(value))  # as they are written: 0.1 and 0.2 are 0.3
    if not abs(total) <= LARGEST:
        raise TraitError(_("The number would be larger than %(most)d.") % {"most": LARGEST})
    return float(total) if isinstance(known, float) or isinstance(value, float) else int(total)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
