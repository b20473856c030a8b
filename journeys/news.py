"""What other journeys want to know: that a customer entered one, or ended there, and why.

It becomes an event of the customer by way of the inbox, as what providers report does: whoever lets in or
ends holds enrollments, and the events' lock would come before them. Where no live journey asks, nothing is
written.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from customers.inbox import CustomerEvent, accept_customer_events
from journeys.entrances import entrances

ENTERED, ENDED = "$journey_entered", "$journey_ended"
# Plan: a probe of the primary key for each.
ASKED = """
    SELECT row.id, row.customer_id, journey.slug, row.key, row.exit_reason
    FROM journeys_enrollment row JOIN journeys_journey journey ON journey.id = row.journey_id
    WHERE row.id = ANY(%s) AND journey.slug = ANY(%s)
    ORDER BY row.id
"""


def tell(name: str, enrollment_ids: Collection[int], now: datetime) -> None:
    """Tell of enrollments that have just entered or ended, in the transaction that did it."""
    if not enrollment_ids or not (asked := entrances().journeys):
        return
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [list(enrollment_ids), sorted(asked)])
        rows = cursor.fetchall()
    accept_customer_events(
        [
            CustomerEvent(
                customer_id=customer_id,
                name=name,
                occurred_at=now,
                properties={"journey": slug, "key": key, "reason": reason},
                message_id=f"{name}:{enrollment_id}",
            )
            for enrollment_id, customer_id, slug, key, reason in rows
        ],
        now,
    )
