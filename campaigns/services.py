"""The moves of a broadcast from state to state. Each locks its row, so that no two are made at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Broadcast
from channels import outbox
from channels.models import Channel, Content, MessageSource
from config import work
from customers.models import Segment
from customers.segments import lock_definitions

State = Broadcast.State
LATEST_START = timedelta(days=366)


class BroadcastStateError(Exception):
    """The broadcast's state does not allow this move (see campaigns/README.md)."""


class BroadcastError(Exception):
    """The broadcast can't be scheduled as it is; `errors` says what to change, by path."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(each["message"] for each in errors))
        self.errors = errors


def create_broadcast(
    *,
    name: str,
    content: Content,
    segment: Segment,
    priority: int = 30,
    starts_at: datetime | None = None,
    expires_after: timedelta | None = None,
) -> Broadcast:
    """A draft, which does nothing until it is scheduled."""
    return Broadcast.objects.create(
        name=name,
        content=content,
        segment=segment,
        priority=priority,
        starts_at=starts_at,
        expires_after=expires_after,
    )


def change_broadcast(broadcast: Broadcast, **changes: object) -> Broadcast:
    """Change fields of a draft."""

    def change(draft: Broadcast) -> None:
        for field, value in changes.items():
            setattr(draft, field, value)

    return _move(broadcast, [State.DRAFT], State.DRAFT, change)


def schedule(broadcast: Broadcast, now: datetime, starts_at: datetime | None = None) -> Broadcast:
    """Have it start at `starts_at`, else at its own time, else at once; BroadcastError says why not."""

    def check(draft: Broadcast) -> None:
        lock_definitions()  # so that its segment is not archived or deleted meanwhile
        draft.starts_at = starts_at or draft.starts_at or now
        if errors := faults(draft, now):
            raise BroadcastError(errors)

    moved = _move(broadcast, [State.DRAFT, State.SCHEDULED], State.SCHEDULED, check)
    work.wake("campaigns.launch")
    return moved


def unschedule(broadcast: Broadcast) -> Broadcast:
    """Take a scheduled one back to its draft."""
    return _move(broadcast, [State.SCHEDULED], State.DRAFT)


def pause(broadcast: Broadcast) -> Broadcast:
    """Hold back what has not been sent yet."""

    def hold(sending: Broadcast) -> None:
        outbox.pause_source(MessageSource.BROADCAST, sending.pk)

    return _move(broadcast, [State.SENDING], State.PAUSED, hold)


def resume(broadcast: Broadcast, now: datetime) -> Broadcast:
    """Let what was held back go out."""

    def free(paused: Broadcast) -> None:
        outbox.resume_source(MessageSource.BROADCAST, paused.pk, now)

    return _move(broadcast, [State.PAUSED], State.SENDING, free)


def cancel(broadcast: Broadcast, now: datetime) -> Broadcast:
    """Never send what has not been sent yet."""

    def withdraw(cancelled: Broadcast) -> None:
        outbox.cancel_source(MessageSource.BROADCAST, cancelled.pk, now)
        cancelled.finished_at = now

    return _move(
        broadcast, [State.DRAFT, State.SCHEDULED, State.SENDING, State.PAUSED], State.CANCELLED, withdraw
    )


def faults(broadcast: Broadcast, now: datetime) -> list[dict[str, str]]:
    """What keeps a broadcast from being sent, by path: empty where nothing does."""
    content, segment = broadcast.content, broadcast.segment
    found = []
    if not content.texts.exists():
        found.append(("content", _("This content has no text yet: write one first.")))
    if not Channel.objects.filter(kind=content.channel, is_active=True).exists():
        found.append(("content", _("The channel of this content is not active: switch it on first.")))
    if segment.archived_at:
        found.append(("segment", _("This segment is archived: bring it back first.")))
    if broadcast.starts_at and broadcast.starts_at > now + LATEST_START:
        found.append(("starts_at", _("More than a year ahead: choose a time within the next year.")))
    return [{"path": path, "message": message} for path, message in found]


def _move(
    broadcast: Broadcast,
    allowed: list[Broadcast.State],
    target: Broadcast.State,
    also: Callable[[Broadcast], None] = lambda _broadcast: None,
) -> Broadcast:
    """Lock the row, see that its state is an allowed one, do what belongs to the move, store all of it."""
    with transaction.atomic():
        locked = Broadcast.objects.select_for_update(of=("self",)).get(pk=broadcast.pk)
        if locked.state not in allowed:
            raise BroadcastStateError(
                _("“%(name)s” is %(state)s, so it can't become %(target)s.")
                % {"name": locked.name, "state": locked.get_state_display(), "target": target.label}
            )
        also(locked)
        locked.state = target
        locked.save()
    return locked
