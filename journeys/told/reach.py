"""On which channels a message could reach the customer now, by the gate's own word, and which they prefer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from django.db import connection

from channels.claim import read_persons, read_policy
from channels.models import ChannelKind, Content
from channels.verdict import Person, Policy, refusal
from journeys.step import Reach
from journeys.told.teller import Answer, Answers, Teller
from journeys.walk import Claimed, Walk

# Plan: of each customer the primary key, and the newest entry of event_of_customer for each of the two names.
PREFERRED = """
    SELECT customer.id, coalesce(customer.traits ->> 'preferred_channel', ''), coalesce(last.channel, '')
    FROM customers_customer customer
    LEFT JOIN LATERAL (
        SELECT newest.channel FROM unnest(ARRAY['$message_clicked', '$message_opened']) AS did (name)
        CROSS JOIN LATERAL (
            SELECT occurred_at, properties ->> 'channel' AS channel FROM customers_event
            WHERE customer_id = customer.id AND name = did.name ORDER BY occurred_at DESC LIMIT 1) newest
        ORDER BY newest.occurred_at DESC LIMIT 1) last ON true
    WHERE customer.id = ANY(%s)
"""


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    del now
    ids = sorted({row.customer_id for walk in walks for row in walk.rows})
    persons = {customer_id: Person(UTC) for customer_id in ids}
    read_persons(persons, ChannelKind.values, None)
    contents = {content.slug: content for content in _contents(walks)}
    with connection.cursor() as cursor:
        cursor.execute(PREFERRED, [ids])
        preferred = {customer_id: channels for customer_id, *channels in cursor.fetchall()}
    policy = read_policy()

    def answers(walk: Walk) -> Answer:
        ways = {
            channel: contents[slug] for channel, slug in walk.place.step.reaches.items() if slug in contents
        }
        return partial(_reach, ways, persons, preferred, policy)

    return answers


def _contents(walks: Sequence[Walk]) -> Sequence[Content]:
    slugs = {slug for walk in walks for slug in walk.place.step.reaches.values()}
    return list(Content.objects.filter(slug__in=slugs).only("slug", "topic", "is_transactional"))


def _reach(
    ways: Mapping[str, Content],
    persons: Mapping[int, Person],
    preferred: Mapping[int, Sequence[str]],
    policy: Policy,
    row: Claimed,
) -> Reach:
    person = persons[row.customer_id]
    channels = frozenset(
        channel
        for channel, content in ways.items()
        if not refusal(
            channel,
            content.topic,
            is_transactional=content.is_transactional,
            person=person,
            policy=policy,
        )
    )
    by_word, last = preferred.get(row.customer_id, ("", ""))
    return Reach(channels, *(channel if channel in channels else "" for channel in (by_word, last)))


REACH = Teller("reach", lambda place: bool(place.step.reaches), _read, before_fate=True)
