"""Mails a second of a whole journey: entry → e-mail → wait of a second → e-mail, by SMTP to the sink.

Consent is asked, three caps and quiet hours are live, each mail has four signed links, every row is
written. The
clock runs from the commit of the entering events until the last enrollment has heard of its last mail.
Beside it the
CPU time of all of our processes a mail, servers included, and the most memory that they had.
"""

import resource
import statistics
import time
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction

from benchmarks.engine_steps import WORKERS, timed
from benchmarks.figure import Figure, in_turns, median_rate
from benchmarks.floors import journey_mails as bare
from benchmarks.history import BODY, MAILS
from benchmarks.installation import Installation
from benchmarks.mailbox import Mailbox
from benchmarks.processes import Peak, cpu_seconds
from benchmarks.size import Size
from channels.content.compile import Source, mail_templates
from config import work
from customers.events import NewEvent, lock_events, write_events
from journeys.models import Journey

MAILS_OF_EACH = 2
# What earlier runs sent lies further back than any cap looks: people get a few mails a week, not a minute.
AGE = """
    UPDATE channels_message SET slot_at = slot_at - interval '60 days', sent_at = sent_at - interval '60 days'
    WHERE slot_at > now() - interval '1 day'
"""
ENDED = """
    SELECT (SELECT last_event_id >= %s FROM journeys_eventcursor WHERE name = 'journeys')
       AND NOT EXISTS (SELECT FROM journeys_enrollment WHERE version_id = %s AND standing <> 'ended')
"""
SENT = """
    SELECT count(*) = %s FROM channels_message
    WHERE source = 'journey' AND source_id = %s AND state = 'sent'
"""


class Run(NamedTuple):
    """One run: seconds, CPU seconds, and the most memory in MiB."""

    seconds: float
    cpu: float
    memory: float = 0.0


def measure(installation: Installation, mailbox: Mailbox, size: Size) -> list[Figure]:
    """Ours and the floor's, in turns."""
    ours_ran, floor_ran = in_turns(
        size.runs,
        lambda: ours(installation, mailbox, size.journey),
        lambda: _floor(installation, mailbox, size.journey),
    )
    mails = size.journey * MAILS_OF_EACH
    rates = [median_rate(mails, [run.seconds for run in runs]) for runs in (ours_ran, floor_ran)]
    costs = [1000 * statistics.median(run.cpu for run in runs) / mails for runs in (ours_ran, floor_ran)]
    return [
        Figure("journey_mails", rates[0], "mails/s", rates[1]),
        Figure("journey_cpu_ms", costs[0], "CPU-ms a mail", costs[1]),
        Figure("memory_peak", max(run.memory for run in ours_ran), "MiB"),
    ]


def ours(installation: Installation, mailbox: Mailbox, customers: int) -> Run:
    """One run of the product: all customers through the journey."""
    version_id = Journey.objects.get(slug=MAILS).live_version_id
    assert version_id
    installation.wait_until_quiet()
    taken, sent = mailbox.taken(), _sent(version_id)
    mailbox.arrivals()
    ids = _rested(customers)
    connection.close()  # what this process asked of PostgreSQL is not the product's memory
    with Peak(installation.pid) as peak:
        cpu, started = installation.cpu_seconds(), time.monotonic()
        last = _let_in(ids)
        ended = installation.wait_until(ENDED, last, version_id, pause=0.1)
        cpu = installation.cpu_seconds() - cpu
    mails = customers * MAILS_OF_EACH
    assert installation.is_true(SENT, sent + mails, version_id), "Not every mail was sent."
    assert mailbox.taken() == taken + mails, "The sink took another number of mails."
    return Run(ended - started, cpu, peak.value)


def _sent(version_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SENT.replace("= %s FROM", "FROM"), [version_id])
        return int(cursor.fetchone()[0])


def _rested(customers: int) -> list[int]:
    """The first customers, who have had no mail for a while."""
    with connection.cursor() as cursor:
        cursor.execute(AGE)
        cursor.execute("VACUUM (ANALYZE) channels_message")
        cursor.execute("SELECT id FROM customers_customer ORDER BY id LIMIT %s", [customers])
        return [row[0] for row in cursor.fetchall()]


def _let_in(ids: list[int]) -> int:
    """The entering event of each, committed at once; the id of the last."""
    now = datetime.now(UTC)
    with transaction.atomic():
        lock_events()
        written = write_events([NewEvent(customer_id, MAILS, now, {"order": 1}) for customer_id in ids], now)
        work.wake("journeys.listen")
    return written[-1]


def _floor(installation: Installation, mailbox: Mailbox, customers: int) -> Run:
    bare.fill(installation.database_url, customers)
    letter = bare.compile_letter(*mail_templates(Source("email", "", BODY)))
    cpu = _floor_cpu(installation)
    seconds = timed(
        lambda number: bare.work_through(installation.database_url, mailbox.port, letter, number), WORKERS
    )
    return Run(seconds, _floor_cpu(installation) - cpu)


def _floor_cpu(installation: Installation) -> float:
    """CPU time of the floor's processes, which are our children, and of PostgreSQL."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + cpu_seconds(installation.pid, "postgres")
