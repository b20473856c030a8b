"""What is in the tables before anything is measured: customers with a year behind them, the sample's rules.

Each customer has two identities, two consents, ten events, six messages, two ended enrollments with three
steps each, five remembered message ids. Rows come set-wise, foreign keys unchecked; stages and segments
are then
found by the product itself.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import connection, transaction

from channels.contents import save_content
from channels.models import Cap, Content, QuietHours
from channels.setup import set_up_channel
from config import tally
from customers.classify import classify
from customers.events import lock_events
from customers.models import Segment, Source, Stage
from customers.services import lock_customers
from journeys import services
from journeys.models import EventCursor, Journey
from sandbox.shop import open_shop

PAST = "bench-past"
MAILS, LATENCY, WAIT = "bench-mails", "bench-latency", "bench-wait"
PAUSE = timedelta(seconds=2)  # of the journey WAIT
CHUNK = 5000
BODY = """<mjml><mj-body background-color="#F5F3FF">
<mj-section><mj-column><mj-text>{{ brand.name }}</mj-text></mj-column></mj-section>
<mj-section background-color="#FFFFFF"><mj-column>
<mj-text font-size="26px">Good to see you, {{ customer.first_name }}</mj-text>
<mj-text>Your list of the week is ready: what is in season, what is new on the shelves, and what you bought
last.</mj-text>
<mj-button href="https://shop.example.com/week">See the list</mj-button>
<mj-text>Or look at <a href="https://shop.example.com/recipes">five recipes</a> for it.</mj-text>
</mj-column></mj-section>
<mj-section><mj-column>
<mj-text><a href="{{ message.unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section>
</mj-body></mjml>"""
LETTERS = [
    {
        "id": "first",
        "kind": "send_email",
        "settings": {"content": "bench-first"},
        "branches": {"sent": "pause"},
    },
    {"id": "pause", "kind": "wait", "settings": {"span": "PT1S"}, "branches": {"next": "second"}},
    {"id": "second", "kind": "send_email", "settings": {"content": "bench-second"}},
]
ONE_LETTER = [{"id": "first", "kind": "send_email", "settings": {"content": "bench-first"}}]
WAITED = [
    {"id": "pause", "kind": "wait", "settings": {"span": "PT2S"}, "branches": {"next": "first"}},
    *ONE_LETTER,
]
FRESH = """
    CREATE TEMP TABLE fresh AS
        SELECT n, nextval('customers_customer_id_seq') AS id FROM generate_series(%(first)s::int,
        %(last)s::int) AS n;
    CREATE TEMP TABLE entry AS
        SELECT fresh.id, n, k, nextval('journeys_enrollment_id_seq') AS enrollment_id,
               %(now)s::timestamptz - make_interval(days => 20 + 150 * k + n %% 90) AS at
        FROM fresh, generate_series(0, 1) AS k
"""
FILL = (
    """INSERT INTO customers_customer (id, traits, country, time_zone, first_seen_at, last_seen_at)
    SELECT id, jsonb_build_object('first_name', 'Mara', 'last_name', 'Conti', 'kids_count', (n %% 4)::text,
        'city', CASE n %% 2 WHEN 0 THEN 'Roma' ELSE 'Milano' END), 'IT', 'Europe/Rome',
        %(now)s::timestamptz - interval '360 days', %(now)s::timestamptz - interval '1 day' FROM fresh""",
    """INSERT INTO customers_identity (customer_id, kind, value, created_at)
    SELECT id, 'external_id', 'c' || n, %(now)s FROM fresh
    UNION ALL SELECT id, 'email', 'c' || n || '@example.com', %(now)s FROM fresh""",
    """INSERT INTO customers_consent (customer_id, channel, topic, is_granted, source, wording, changed_at)
    SELECT id, channel, '', true, 'form', '', %(now)s FROM fresh, unnest(ARRAY['email', 'sms']) AS channel""",
    """INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT id, CASE WHEN k < 4 THEN 'Order Completed' WHEN k < 9 THEN 'Product Viewed' ELSE 'Campaign
    Received' END,
        at, at, jsonb_build_object('total', 10 + n %% 90, 'departments', '["GROCERY", "PRODUCE"]'::jsonb,
        'order', k)
    FROM fresh, generate_series(0, 9) AS k,
        LATERAL (SELECT %(now)s::timestamptz - make_interval(days => 3 + 33 * k + n %% 30) AS at) AS moment
    ORDER BY at""",
    """INSERT INTO journeys_enrollment (id, journey_id, version_id, customer_id, step, visit, reached_at,
        standing, entered_at, ended_at, exit_reason, is_held_out)
    SELECT enrollment_id, %(journey)s, %(version)s, id, 'second', 4, at, 'ended', at, at, 'finished',
        n %% 10 = 3 FROM entry""",
    """INSERT INTO journeys_steplog (enrollment_id, customer_id, version_id, step, visit, branch,
        reached_at, left_at)
    SELECT enrollment_id, id, %(version)s, (ARRAY['first', 'pause', 'second'])[v], v, 'next', at, at
    FROM entry, generate_series(1, 3) AS v""",
    """INSERT INTO channels_message (customer_id, channel, content_id, source, source_id, enrollment_id,
        step, visit,
        state, slot_at, sent_at, closed_at, created_at, provider_id)
    SELECT id, 'email', %(content)s, 'journey', %(version)s, enrollment_id, 'first', v, 'sent',
        sent, sent, sent, sent, 'p' || enrollment_id || v
    FROM entry, generate_series(1, 3) AS v, LATERAL (SELECT at + make_interval(days => v) AS sent) AS
    moment""",
    """INSERT INTO customers_seenmessage (digest, seen_at)
    SELECT gen_random_uuid(), %(now)s::timestamptz - make_interval(hours => k * 9)
    FROM fresh, generate_series(0, 4) AS k""",
)
TABLES = """customers_customer, customers_identity, customers_consent, customers_event, customers_membership,
    customers_stagemove, customers_seenmessage, customers_inboxrow, channels_message, channels_fatenotice,
    journeys_enrollment, journeys_steplog, journeys_conversion, customers_stagesize, customers_stagetally,
    customers_staytally, channels_messagetally, journeys_enrollmenttally, journeys_endtally,
    journeys_steptally, journeys_sendtally, journeys_goaltally"""


def open_for_business(smtp_url: str, now: datetime) -> None:
    """The sample's shop, three caps and quiet hours that hold nobody up, and our own journeys."""
    set_up_channel("email", "smtp", {"url": smtp_url}, sender="Bench <hello@example.com>")
    open_shop(now)
    Cap.objects.all().delete()
    QuietHours.objects.all().delete()
    Cap.objects.create(name="100 a week", limit=100, window="rolling", span=timedelta(days=7))
    Cap.objects.create(name="50 mails a day", limit=50, window="day", channel="email")
    Cap.objects.create(name="300 mails a month", limit=300, window="month", channel="email")
    QuietHours.objects.create(name="Another time", starts=_hour(now, 6), ends=_hour(now, 8))
    for slug in ("bench-first", "bench-second"):
        text = {"language": "en", "subject": "A letter for {{ customer.first_name }}", "body": BODY}
        save_content(Content(slug=slug, name=slug, channel="email"), [text])
    for slug, start, steps in (
        (PAST, "first", LETTERS),
        (MAILS, "first", LETTERS),
        (LATENCY, "first", ONE_LETTER),
        (WAIT, "pause", WAITED),
    ):
        make_journey(slug, start, steps, now)


def _hour(now: datetime, later: int) -> time:
    return time((now.hour + later) % 24)


def make_journey(
    slug: str,
    start: str,
    steps: list[dict[str, object]],
    now: datetime,
    *,
    event: str = "",
    where: Sequence[dict[str, object]] = (),
    goals: Sequence[dict[str, object]] = (),
) -> int:
    """A live journey that an event sets off, of its own name where none is given; its version's id."""
    action = Stage.objects.get(slug="action")
    trigger = {"kind": "event", "event": event or slug, "where": [*where], "entry": {"policy": "again"}}
    graph = {"trigger": trigger, "start": start, "steps": steps, "goals": [*goals]}
    journey = services.create_journey(slug, slug, action, action, graph)
    return services.publish(journey.pk, now).pk


def fill(first: int, last: int, now: datetime) -> None:
    """Customers from number `first` to `last` with their histories; each has the number `c<n>`."""
    values = {
        "first": first,
        "last": last,
        "now": now,
        "journey": Journey.objects.get(slug=PAST).pk,
        "version": Journey.objects.get(slug=PAST).live_version_id,
        "content": Content.objects.get(slug="bench-first").pk,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in FRESH.split(";"):
            cursor.execute(statement, values)
        for statement in FILL:
            cursor.execute(statement, values)
        cursor.execute("SELECT id FROM fresh ORDER BY id")
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE fresh, entry")
    tally.recount_all(now)
    tidy()
    _place(ids, now)
    tidy()


def _place(ids: list[int], now: datetime) -> None:
    """Stages and segments of new customers; nobody is to react to it."""
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            lock_events()
            classify(lock_customers(ids[start : start + CHUNK]), now)
    Stage.objects.update(rebuilt_at=now)
    Segment.objects.update(rebuilt_at=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers_event")
        EventCursor.objects.update_or_create(
            name="journeys", defaults={"last_event_id": cursor.fetchone()[0]}
        )


def tidy() -> None:
    """Statistics and visibility as a server that has been up for a while has them."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {TABLES}")
        cursor.execute("CHECKPOINT")


def write_key() -> str:
    """The key of a source for the load."""
    return Source.objects.get_or_create(name="Benchmark")[0].write_key
