"""The engine and the mails of a journey while a million customers wait in others and 200 journeys are live.

The comparison is the same figure of the same run without them, measured just before. Of the 200 journeys
three listen to the event that sets the mails off: the journey itself, and two whose filter it doesn't pass.
"""

from datetime import datetime, timedelta

from django.db import connection

from benchmarks import engine_steps, journey_mails
from benchmarks.figure import median_rate
from benchmarks.history import MAILS, make_journey, tidy
from benchmarks.installation import Installation
from benchmarks.mailbox import Mailbox
from benchmarks.size import Size

WAITING = "bench-waiting"
FAR = timedelta(days=300)
STEPS = [{"id": "pause", "kind": "wait", "settings": {"span": "PT7200H"}}]
NEVER = [{"property": "order", "operator": "equals", "value": 0}]
LET_IN = """
    INSERT INTO journeys_enrollment (journey_id, version_id, customer_id, key, step, reached_at, due_at,
        entered_at)
    SELECT version.journey_id, version.id, customer.id, n, 'pause', %(now)s,
        %(far)s + random() * interval '50 days', %(now)s
    FROM journeys_journeyversion version,
        generate_series(1, ceil(%(many)s / (SELECT count(*)::numeric FROM customers_customer))) AS n,
        (SELECT id FROM customers_customer) AS customer
    WHERE version.id = %(version)s
    LIMIT %(many)s
"""


def engine_rate(size: Size, now: datetime) -> float:
    """Customer-steps a second of the engine alone, as things are."""
    version_id = engine_steps.ready_version(now)
    times = [engine_steps.ours(version_id, size.journey, now) for _ in range(size.runs)]
    return median_rate(size.journey * engine_steps.STEPS_OF_EACH, times)


def mail_rate(installation: Installation, mailbox: Mailbox, size: Size) -> float:
    """Mails a second of the journey, as things are."""
    runs = [journey_mails.ours(installation, mailbox, size.journey) for _ in range(size.runs)]
    return median_rate(size.journey * journey_mails.MAILS_OF_EACH, [run.seconds for run in runs])


def let_in(size: Size, now: datetime) -> None:
    """Fill the house: enrollments that wait for a far moment, and journeys that listen to other events."""
    version_id = make_journey(WAITING, "pause", STEPS, now)
    with connection.cursor() as cursor:
        cursor.execute(LET_IN, {"now": now, "far": now + FAR, "many": size.waiting, "version": version_id})
    for number in range(2):
        make_journey(f"bench-deaf-{number}", "pause", STEPS, now, event=MAILS, where=NEVER)
    for number in range(size.journeys - 3):
        make_journey(f"bench-other-{number}", "pause", STEPS, now)
    tidy()
