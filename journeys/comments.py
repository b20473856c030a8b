"""What people say of the steps of a journey: threads by the step's id, which stay while the id does."""

from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from journeys.acts import Person, record
from journeys.mapping import steps_of
from journeys.models import Deed, Journey, StepComment

LONGEST = 4000


class CommentError(ValueError):
    """The comment can't be kept; the message says why."""


@transaction.atomic
def comment(journey_id: int, step: str, text: str, by: Person = None) -> StepComment:
    """Begin a thread at a step of the draft. CommentError where there is nothing to keep."""
    return _keep(journey_id, step, None, text, by)


@transaction.atomic
def answer(thread_id: int, text: str, by: Person = None) -> StepComment:
    """Say something more in a thread; one that was resolved is open again."""
    first = StepComment.objects.select_for_update().get(pk=thread_id, thread=None)
    StepComment.objects.filter(pk=thread_id).update(resolved_at=None, resolved_by=None)
    return _keep(first.journey_id, first.step, first, text, by)


@transaction.atomic
def resolve(thread_id: int, now: datetime, by: Person = None) -> None:
    """Close a thread; doing it again changes nothing."""
    first = StepComment.objects.select_for_update().get(pk=thread_id, thread=None)
    if first.resolved_at is None:
        first.resolved_at, first.resolved_by_id = now, by.pk if by else None
        first.save(update_fields=["resolved_at", "resolved_by"])
        record(first.journey_id, Deed.RESOLVED, by, step=first.step)


def threads(journey_id: int) -> QuerySet[StepComment]:
    """The first comment of each thread, the newest first, with its answers in `answers`."""
    answers = StepComment.objects.order_by("pk").select_related("by")
    rows = StepComment.objects.filter(journey=journey_id, thread=None).select_related("by", "resolved_by")
    return rows.prefetch_related(Prefetch("answers", answers)).order_by("-pk")


def open_threads(journey_id: int) -> QuerySet[StepComment]:
    """Those that nobody has resolved."""
    return threads(journey_id).filter(resolved_at=None)


def _keep(journey_id: int, step: str, thread: StepComment | None, text: str, by: Person) -> StepComment:
    said = text.strip().replace("\0", "")
    if not said or len(said) > LONGEST:
        raise CommentError(_("A comment has 1 to %(most)d characters.") % {"most": LONGEST})
    journey = Journey.objects.get(pk=journey_id)
    if thread is None and step not in commented_steps(journey):
        raise CommentError(_("There is no step '%(step)s' in the draft.") % {"step": step})
    kept = StepComment.objects.create(
        journey=journey, step=step, thread=thread, text=said, by_id=by.pk if by else None
    )
    record(journey_id, Deed.COMMENTED, by, step=step)
    return kept


def commented_steps(journey: Journey) -> list[str]:
    """The steps of which something can be said: the draft's."""
    return list(steps_of(journey.draft))
