"""What a replay did, in numbers: the same for the terminal, the dashboard and the tests."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from django.db import connection
from django.db.models import Count

from channels.models import Message, MessageState, Reason
from customers.models import Customer, Event, Stage, StageMove
from customers.models.stage import LABELS
from journeys.models import Journey
from sandbox.models import Replay

ORDER = "Order Completed"
AFTER_DAYS = 7
PER_LINE = 5  # journeys

# An order counts as after a message when one was sent to the same customer in the seven days before it.
# Plan: event_of_customer's heap once, and message_slot per order.
ORDERS_AFTER_MESSAGES = """
    SELECT count(*) FILTER (WHERE EXISTS (
        SELECT FROM channels_message m
        WHERE m.customer_id = e.customer_id AND m.state <> 'suppressed'
          AND m.slot_at > e.occurred_at - make_interval(days => %(days)s) AND m.slot_at <= e.occurred_at
    )), count(*)
    FROM customers_event e
    WHERE e.name = %(name)s AND e.occurred_at BETWEEN %(starts)s AND %(ends)s
"""


class Summary(TypedDict):
    """Counts that describe a replay; `messages` is fate → channel → count."""

    customers: int
    events: int
    stages: dict[str, int]
    stage_moves: int
    journeys: dict[str, int]
    messages: dict[str, dict[str, int]]
    held_by_caps: int
    dropped_by_caps: int
    orders: int
    orders_after_messages: int


def summarise(starts_at: datetime, ends_at: datetime) -> Summary:
    """The summary of all that happened between two moments."""
    with connection.cursor() as cursor:
        cursor.execute(
            ORDERS_AFTER_MESSAGES, {"days": AFTER_DAYS, "name": ORDER, "starts": starts_at, "ends": ends_at}
        )
        after, orders = cursor.fetchone()
    stages = dict(Customer.objects.values_list("stage__slug").annotate(Count("id")))
    return Summary(
        customers=Customer.objects.count(),
        events=Event.objects.exclude(name__startswith="$").count(),
        stages={slug: stages.get(slug, 0) for slug in Stage.objects.values_list("slug", flat=True)},
        stage_moves=StageMove.objects.count(),
        journeys=dict(
            Journey.objects.annotate(entered=Count("enrollments"))
            .values_list("slug", "entered")
            .order_by("slug")
        ),
        messages=_messages(),
        held_by_caps=Message.objects.filter(held_by=Reason.CAP).count(),
        dropped_by_caps=Message.objects.filter(state=MessageState.SUPPRESSED, reason=Reason.CAP).count(),
        orders=orders,
        orders_after_messages=after,
    )


def _messages() -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    rows = (
        Message.objects.values_list("state", "reason", "channel")
        .annotate(Count("id"))
        .order_by("state", "reason", "channel")
    )
    for state, reason, channel, count in rows:
        fate = f"{state} ({reason})" if state == MessageState.SUPPRESSED else state
        counts.setdefault(fate, {})[channel] = count
    return counts


def as_text(replay: Replay) -> str:
    """A replay's summary as lines for a terminal."""
    summary = replay.summary
    held, dropped = summary["held_by_caps"], summary["dropped_by_caps"]
    after = summary["orders_after_messages"]
    lines = [
        f"{replay.name}: {replay.starts_at:%Y-%m-%d} to {replay.ends_at:%Y-%m-%d}",
        f"  customers {summary['customers']:,}   events {summary['events']:,}   bad {replay.rejected:,}",
        "  stages    " + "   ".join(f"{slug} {summary['stages'].get(slug, 0):,}" for slug in LABELS),
        f"            {summary['stage_moves']:,} moves",
        *_journeys(summary["journeys"]),
        "  messages",
        *(f"    {line}" for line in _table(summary["messages"])),
        f"  caps      {held:,} held back until a slot was free, {dropped:,} never sent",
        f"  orders    {summary['orders']:,}, {after:,} of them after a message ({AFTER_DAYS} days)",
    ]
    return "\n".join(lines)


def _journeys(entered: dict[str, int]) -> Iterator[str]:
    told = [f"{slug} {count:,}" for slug, count in sorted(entered.items())]
    for first in range(0, len(told), PER_LINE):
        yield ("            " if first else "  journeys  ") + "   ".join(told[first : first + PER_LINE])


def _table(messages: dict[str, dict[str, int]]) -> Iterator[str]:
    channels = sorted({channel for counts in messages.values() for channel in counts})
    yield f"{'':<34}" + "".join(f"{channel:>10}" for channel in channels)
    for fate, counts in messages.items():
        yield f"{fate:<34}" + "".join(f"{counts.get(channel, 0):>10,}" for channel in channels)
