"""Starting broadcasts that are due, and finding out that one is finished."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from campaigns.models import Broadcast
from channels import bulk
from channels.models import Message, MessageSource, MessageState
from customers.models import Membership

State = Broadcast.State
PENDING = [MessageState.QUEUED, MessageState.HELD, MessageState.SENDING]


# Off broadcast_due and message_of_source: one that should start, or that has nothing pending any more.
DUE = """
    EXISTS (SELECT FROM campaigns_broadcast AS broadcast
            WHERE state = 'scheduled' AND starts_at <= %(now)s
               OR state IN ('sending', 'paused') AND NOT EXISTS (
                    SELECT FROM channels_message WHERE source = 'broadcast' AND source_id = broadcast.id
                        AND state IN ('queued', 'held', 'sending')))
"""


def run(now: datetime) -> int:
    """One round: start what is due, mark what is finished; how many broadcasts moved."""
    return launch(now) + finish(now)


def launch(now: datetime) -> int:
    """Start the broadcast that has been due the longest: its members become messages, it becomes `sending`.

    All in one transaction: who is killed in the middle leaves a scheduled broadcast and no message behind.
    """
    with transaction.atomic():
        broadcast = _due(now)
        if broadcast is None:
            return 0
        queue_for_members(broadcast, now)
        broadcast.state = State.SENDING
        broadcast.launched_at = now
        broadcast.save(update_fields=["state", "launched_at", "candidates"])
    return 1


def queue_for_members(broadcast: Broadcast, now: datetime) -> None:
    """A message for each present member of the segment who has none of this broadcast; counts them."""
    members = Membership.objects.filter(segment=broadcast.segment_id, left_at=None).values("customer_id")
    broadcast.candidates += bulk.queue_for_customers(
        members,
        broadcast.content,
        broadcast_id=broadcast.pk,
        priority=broadcast.priority,
        expires_at=now + broadcast.expires_after if broadcast.expires_after else None,
        now=now,
    )


def finish(now: datetime) -> int:
    """Mark what has nothing queued, held or being sent any more."""
    pending = Message.objects.filter(
        source=MessageSource.BROADCAST, source_id=OuterRef("pk"), state__in=PENDING
    )
    return Broadcast.objects.filter(~Exists(pending), state__in=[State.SENDING, State.PAUSED]).update(
        state=State.FINISHED, finished_at=now
    )


def _due(now: datetime) -> Broadcast | None:
    """The next to start, locked. It waits while its segment's changed rule was not yet asked of everybody."""
    is_up_to_date = Q(segment__changed_at=None) | Q(segment__rebuilt_at__gte=F("segment__changed_at"))
    return (
        Broadcast.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("content")
        .filter(is_up_to_date, state=State.SCHEDULED, starts_at__lte=now)
        .order_by("starts_at", "id")
        .first()
    )
