"""The one way into journeys, whatever lets a customer in: the entry rules, asked of all who come at once.

Whoever lets somebody in holds the journey's row (`lock_entrances`), so rules and caps are exact.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from config import work
from customers import rules
from customers.buckets import buckets_below
from customers.copying import numbers, texts
from journeys import holdout, news, tallies
from journeys.entrances import Entrance, lock_entrances
from journeys.entry import LATENESS
from journeys.models import Journey
from journeys.step import Json


class Refusal(models.TextChoices):
    """Why somebody was not let in."""

    NOT_LIVE = "not_live", _("the journey is not live")
    DATES = "dates", _("it is outside of the journey's dates")
    RULE = "rule", _("the rule of the trigger does not hold")
    POLICY = "policy", _("has been in already, or is in as often as may be")
    CAP = "cap", _("as many have entered as may")
    GONE = "gone", _("the customer is not there any more")
    UNKNOWN = "unknown", _("nobody is known by this name")


class Entering(NamedTuple):
    """A customer who is to enter; `context` is the entering event: name, occurred_at, properties.

    `key`: what the run is about; empty: by the context, as the journey's entry says.
    """

    customer_id: int
    key: str
    context: Json


class Candidate(NamedTuple):
    """A customer before an entrance: by an event that is stored, or else with a context as JSON."""

    entrance: Entrance
    customer_id: int
    event_id: int | None = None
    key: str = ""
    context: str = ""


@dataclass
class Report:
    """What became of those who were to enter; `refused` is by their place in the list."""

    entered: int = 0
    refused: dict[int, Refusal] = field(default_factory=dict)

    @property
    def reasons(self) -> Counter[Refusal]:
        """How many were refused for which reason."""
        return Counter(self.refused.values())


# One live enrollment for each journey, customer and key, by the index one_live_enrollment. Who comes twice in
# one batch comes once. Plan: for each candidate one probe of the primary keys of event and customer, and of
# enrollment_of_customer; the rest is sorting in memory.
ENROLL = f"""
    WITH listening AS (
        SELECT * FROM unnest(%(journeys)s::bigint[], %(versions)s::bigint[], %(starts)s::text[],
                             %(policies)s::text[], %(afters)s::interval[], %(paths)s::text[],
                             %(at_mosts)s::int[], %(rooms)s::int[], %(salts)s::text[], %(buckets)s::int[])
            AS listening (journey_id, version_id, start, policy, after, path, at_most, room, salt, buckets)
    ), given AS MATERIALIZED (
        SELECT asked.number, asked.customer_id, customer.public_id, listening.*, asked.key, event.occurred_at,
               CASE WHEN event.id IS NULL THEN coalesce(nullif(asked.context, ''), %(context)s)::jsonb
               ELSE jsonb_build_object(
                   'name', event.name, 'occurred_at', event.occurred_at, 'properties', event.properties)
               END AS context
        FROM unnest(%(by)s::bigint[], %(customers)s::bigint[], %(events)s::bigint[], %(keys)s::text[],
                    %(contexts)s::text[])
             WITH ORDINALITY AS asked (journey_id, customer_id, event_id, key, context, number)
        JOIN listening USING (journey_id)
        JOIN customers_customer customer ON customer.id = asked.customer_id
        LEFT JOIN customers_event event ON event.id = asked.event_id
    ), keyed AS (
        SELECT number, customer_id, public_id, journey_id, version_id, start, policy, after, at_most, room,
               salt, buckets, context, occurred_at,
               CASE WHEN policy <> 'per_key' THEN '' WHEN key <> '' THEN left(key, 200) ELSE left(coalesce(
                   context #>> ('{{properties}}'::text[] || string_to_array(path, '.')), ''), 200) END AS key
        FROM given
    ), turned AS (
        SELECT *, row_number() OVER (PARTITION BY journey_id, customer_id, key ORDER BY number) AS turn
        FROM keyed
    ), fitting AS (
        SELECT entry.*, CASE WHEN at_most IS NOT NULL THEN (
            SELECT count(*) FROM journeys_enrollment inside
            WHERE inside.customer_id = entry.customer_id AND inside.journey_id = entry.journey_id
              AND inside.standing <> 'ended') END AS inside
        FROM turned entry
        WHERE turn = 1 AND NOT EXISTS (
            SELECT FROM journeys_enrollment earlier
            WHERE earlier.customer_id = entry.customer_id AND earlier.journey_id = entry.journey_id
              AND (entry.policy = 'once'
                   OR earlier.key = entry.key AND earlier.standing <> 'ended'
                   OR entry.policy = 'again' AND earlier.entered_at > %(now)s - entry.after
                   OR entry.policy = 'per_key' AND earlier.key = entry.key))
    ), placed AS (
        SELECT *, at_most IS NULL OR inside + row_number() OVER (
            PARTITION BY journey_id, customer_id ORDER BY number) <= at_most AS has_place
        FROM fitting
    ), admitted AS (
        SELECT *, room IS NULL
            OR row_number() OVER (PARTITION BY journey_id ORDER BY number) <= room AS has_room
        FROM placed WHERE has_place
    ), entered AS (
        INSERT INTO journeys_enrollment
            (journey_id, version_id, customer_id, key, context, step, reached_at, due_at, entered_at,
             is_held_out)
        SELECT journey_id, version_id, customer_id, key, context, start,
               greatest(least(occurred_at, %(now)s), %(now)s - %(lateness)s::interval), %(now)s, %(now)s,
               {holdout.IS_HELD_OUT}
        FROM admitted row WHERE has_room ORDER BY number
        ON CONFLICT (journey_id, customer_id, key) WHERE NOT (standing = 'ended') DO NOTHING
        RETURNING id, (journey_id, customer_id, key)::text AS seat
    )
    SELECT given.number, entered.id, CASE WHEN entered.id IS NOT NULL THEN ''
                                          WHEN NOT admitted.has_room THEN 'cap' ELSE 'policy' END
    FROM given LEFT JOIN admitted USING (number)
    LEFT JOIN entered ON entered.seat = (admitted.journey_id, admitted.customer_id, admitted.key)::text
"""


def enroll_customers(journey: Journey, entries: Sequence[Entering], now: datetime) -> Report:
    """Let customers enter a journey, as far as its entry rules allow; the report tells who was refused, why.

    In the caller's transaction, or one of its own. It locks the journey, whose lock comes before those of
    enrollments.
    """
    with transaction.atomic(savepoint=False):
        opened = lock_entrances([journey.pk])
        if not opened:
            return Report(refused=dict.fromkeys(range(len(entries)), Refusal.NOT_LIVE))
        verdicts = let_in(
            [
                Candidate(opened[0], of, key=key, context=msgspec.json.encode(context).decode())
                for of, key, context in entries
            ],
            now,
        )
    refused = {place: verdict for place, verdict in enumerate(verdicts) if verdict is not None}
    return Report(len(verdicts) - len(refused), refused)


def let_in(candidates: Sequence[Candidate], now: datetime) -> list[Refusal | None]:
    """Let in whom the entry rules admit; returns for each why not, None: entered. Their entrances are locked.

    A few queries, however many there are. Of those who come over a cap, the first in the list enter.
    """
    verdicts: list[Refusal | None] = [
        None if one.entrance.graph.trigger.entry.is_open(now) else Refusal.DATES for one in candidates
    ]
    _ask_rules(candidates, verdicts, now)
    places = [place for place, verdict in enumerate(verdicts) if verdict is None]
    for place, verdict in zip(places, _enroll([candidates[place] for place in places], now), strict=True):
        verdicts[place] = verdict
    counted = Counter(
        (one.entrance.journey_id, str(verdict or ""))
        for one, verdict in zip(candidates, verdicts, strict=True)
        if verdict is not Refusal.GONE
    )
    tallies.count(counted, now)
    if None in verdicts:
        work.wake("journeys.advance")
    return verdicts


def _ask_rules(candidates: Sequence[Candidate], verdicts: list[Refusal | None], now: datetime) -> None:
    """Refuse those whom their journey's rule does not admit: one query for all rules."""
    open_ = [one for one, verdict in zip(candidates, verdicts, strict=True) if verdict is None]
    asked = {one.entrance: rule for one in open_ if (rule := one.entrance.graph.rule) is not None}
    if not asked:
        return
    admitted = rules.matching(asked, sorted({one.customer_id for one in open_ if one.entrance in asked}), now)
    for place, one in enumerate(candidates):
        if (
            verdicts[place] is None
            and one.entrance in admitted
            and one.customer_id not in admitted[one.entrance]
        ):
            verdicts[place] = Refusal.RULE


def _enroll(candidates: Sequence[Candidate], now: datetime) -> list[Refusal | None]:
    if not candidates:
        return []
    verdicts: list[Refusal | None] = [Refusal.GONE] * len(candidates)
    with connection.cursor() as cursor:
        cursor.execute(ENROLL, _columns(candidates, now) | {"now": now, "lateness": LATENESS})
        rows = cursor.fetchall()
    for number, _id, verdict in rows:
        verdicts[number - 1] = Refusal(verdict) if verdict else None
    news.tell(news.ENTERED, [entered for _number, entered, _verdict in rows if entered], now)
    return verdicts


def _columns(candidates: Sequence[Candidate], now: datetime) -> dict[str, Any]:
    entrances = list({one.entrance.journey_id: one.entrance for one in candidates}.values())
    entries = [entrance.graph.trigger.entry for entrance in entrances]
    holdouts = [entrance.graph.holdout for entrance in entrances]
    is_one = len({one.context for one in candidates}) == 1  # of all alike it is sent once
    rooms: Mapping[int, int] = tallies.rooms(entrances, now)
    return {
        "by": numbers(one.entrance.journey_id for one in candidates),
        "customers": numbers(one.customer_id for one in candidates),
        "events": [one.event_id for one in candidates],
        "keys": texts(one.key for one in candidates),
        "contexts": texts("" if is_one else one.context for one in candidates),
        "context": candidates[0].context if is_one else None,
        "journeys": [entrance.journey_id for entrance in entrances],
        "versions": [entrance.version_id for entrance in entrances],
        "starts": [entrance.graph.start for entrance in entrances],
        "policies": [entry.policy.value for entry in entries],
        "afters": [entry.after for entry in entries],
        "paths": [entry.key for entry in entries],
        "at_mosts": [entry.at_most for entry in entries],
        "rooms": [rooms.get(entrance.journey_id) for entrance in entrances],
        "salts": [drawn.salt if drawn else "" for drawn in holdouts],
        "buckets": [buckets_below(drawn.percent) if drawn else 0 for drawn in holdouts],
    }
