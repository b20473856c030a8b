"""The audit of journeys: each thing that is done to one, written in the transaction that does it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from journeys.models import Deed, JourneyAct

Person = AbstractBaseUser | None
SITTING = timedelta(minutes=30)  # between two savings of one person that are one act


def record(journey_id: int, what: Deed, by: Person = None, **details: Any) -> JourneyAct:
    """Note what was done; `details` are kept as JSON. `by` None: the product itself, or an API key."""
    person = by.pk if by is not None else None
    return JourneyAct.objects.create(journey_id=journey_id, what=what, by_id=person, details=details)


def record_draft(journey_id: int, changes: Mapping[str, list[str]], by: Person = None) -> JourneyAct:
    """Note that the draft was changed, by the names of what changed. The journey's row is held.

    A designer saves every few seconds: what one person saves in one sitting is one act, of its last moment.
    """
    before = JourneyAct.objects.filter(journey_id=journey_id).order_by("-pk").first()
    act = record(journey_id, Deed.DRAFTED, by, changes=dict(changes))
    is_sitting = by is not None and before is not None and _is_of(before, act)
    if is_sitting and before is not None:
        act.details = {"changes": merged(before.details.get("changes", {}), changes)}
        act.save(update_fields=["details"])
        before.delete()
    return act


def _is_of(before: JourneyAct, act: JourneyAct) -> bool:
    """Whether an act is of the same sitting as the one that follows it."""
    same = (before.what, before.by_id) == (act.what, act.by_id)
    return same and act.at - before.at < SITTING


def merged(first: Mapping[str, list[str]], then: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Two summaries of changes that followed each other as one: what was added and removed again is gone."""
    named = {
        kind: [*first.get(kind, ()), *then.get(kind, ())]
        for kind in ("around", "added", "removed", "changed")
    }
    gone = {step for step in first.get("added", ()) if step in then.get("removed", ())}
    back = {step for step in first.get("removed", ()) if step in then.get("added", ())}
    kinds = {
        "around": named["around"],
        "added": [step for step in named["added"] if step not in gone | back],
        "removed": [step for step in named["removed"] if step not in gone | back],
        "changed": [
            *(step for step in named["changed"] if step not in {*named["added"], *named["removed"]}),
            *sorted(back),
        ],
    }
    return {kind: list(dict.fromkeys(steps)) for kind, steps in kinds.items() if steps}


def last_drafted(journey_id: int) -> JourneyAct | None:
    """Who last changed the draft, and when."""
    acts = JourneyAct.objects.filter(journey_id=journey_id, what__in=[Deed.DRAFTED, Deed.CREATED])
    return acts.select_related("by").order_by("-pk").first()
