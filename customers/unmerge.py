"""Taking apart again who was merged: each gets back their own.

What came as the old customer's (`origin_id`) goes back, also what has come since by one of their
identifiers; what the merge overwrote stands in its record. The apps above register what is theirs from their
`AppConfig.ready`: `on_unmerge.append(function)`. Each function gets an `Unmerge` and `now`, in the
transaction that takes them apart, with both customers there and locked.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from config import work
from customers.classify import classify
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import MergedCustomer, MergeRecord, News
from customers.news import tell
from customers.parting import Whose, Word, part_profiles, part_words
from customers.profile import Profile
from customers.records import create_profiles, load_profiles, profile_of, save_profiles
from customers.survivorship import load_rules

LONGEST_REASON = 1000


class UnmergeError(ValueError):
    """These can't be taken apart; the message says why."""


class Unmerge(NamedTuple):
    """`old_id` gets back what is theirs from `customer_id`.

    `origins`: the ids of the old customer and of all who had been merged into them; `remembered`: what the
    merge overwrote, by part of the product.
    """

    old_id: int
    customer_id: int
    origins: Sequence[int]
    merged_at: datetime
    remembered: dict[str, Any]


on_unmerge: list[Callable[[Unmerge, datetime], None]] = []

ORIGINS = """
    WITH RECURSIVE origin (id) AS (
        SELECT %s::bigint
        UNION SELECT record.old_id FROM customers_mergerecord AS record
        JOIN origin ON record.customer_id = origin.id WHERE record.undone_at IS NULL
    )
    SELECT id FROM origin
"""
# Those that the merge handed over go back by their ids; one that it dropped is there again, closed when the
# one that stayed in its place was. The times of who stays are those of before, and of what is left.
BACK = (
    """
    UPDATE customers_identity SET customer_id = %(old)s, origin_id = nullif(origin_id, %(old)s)
    WHERE customer_id = %(kept)s AND origin_id = ANY(%(origins)s)
    """,
    """
    UPDATE customers_event SET customer_id = %(old)s, origin_id = nullif(origin_id, %(old)s)
    WHERE customer_id = %(kept)s AND origin_id = ANY(%(origins)s)
    """,
    """
    UPDATE customers_consentword SET customer_id = %(old)s, origin_id = nullif(origin_id, %(old)s)
    WHERE customer_id = %(kept)s AND origin_id = ANY(%(origins)s)
    """,
    # A yes that still waits waits with each of those who had said it.
    """
    WITH was AS (
        SELECT * FROM jsonb_populate_recordset(NULL::customers_pendingconsent, %(told)s::jsonb -> 'pending')
    ), theirs AS (
        SELECT was.*, row.id AS now_id, row.said_at = was.said_at AND NOT EXISTS (
            SELECT FROM was AS own WHERE own.customer_id = %(kept)s
               AND (own.channel, own.topic) = (was.channel, was.topic)) AS is_only_theirs
        FROM was JOIN customers_pendingconsent AS row USING (channel, topic)
        WHERE was.customer_id = %(old)s AND row.customer_id = %(kept)s
    ), gone AS (
        DELETE FROM customers_pendingconsent
        WHERE id IN (SELECT now_id FROM theirs WHERE is_only_theirs)
    )
    INSERT INTO customers_pendingconsent (customer_id, channel, topic, source, wording, said_at, ask_at)
    SELECT customer_id, channel, topic, source, wording, said_at, ask_at FROM theirs
    """,
    """
    UPDATE customers_stagemove SET customer_id = %(old)s
    WHERE customer_id = %(kept)s AND id IN (SELECT jsonb_array_elements(%(told)s::jsonb -> 'moves')::bigint)
    """,
    """
    UPDATE customers_stagehold AS row SET customer_id = %(old)s
    FROM jsonb_populate_recordset(NULL::customers_stagehold, %(told)s::jsonb -> 'holds') AS was
    WHERE row.id = was.id AND row.customer_id = %(kept)s
    """,
    """
    UPDATE customers_stagehold AS row SET ended_at = NULL
    FROM jsonb_populate_recordset(NULL::customers_stagehold, %(told)s::jsonb -> 'holds') AS was
    WHERE row.id = was.id AND row.customer_id = %(old)s AND was.ended_at IS NULL
      AND row.ended_at = %(merged_at)s AND row.ended_by = ''
      AND NOT EXISTS (SELECT FROM customers_stagehold AS other
                      WHERE other.customer_id = %(old)s AND other.ended_at IS NULL)
    """,
    """
    UPDATE customers_membership AS row SET customer_id = %(old)s
    FROM jsonb_populate_recordset(NULL::customers_membership, %(told)s::jsonb -> 'stays') AS was
    WHERE row.id = was.id AND row.customer_id = %(kept)s AND was.customer_id = %(old)s
    """,
    """
    WITH was AS (
        SELECT * FROM jsonb_populate_recordset(NULL::customers_membership, %(told)s::jsonb -> 'stays')
    )
    INSERT INTO customers_membership (id, segment_id, customer_id, entered_at, left_at)
    SELECT was.id, was.segment_id, was.customer_id, was.entered_at, (
        SELECT max(row.left_at) FROM was AS twin JOIN customers_membership AS row ON row.id = twin.id
        WHERE twin.segment_id = was.segment_id AND twin.left_at IS NULL)
    FROM was JOIN customers_segment AS segment ON segment.id = was.segment_id
    WHERE NOT EXISTS (SELECT FROM customers_membership AS row WHERE row.id = was.id)
    ON CONFLICT DO NOTHING
    """,
    """
    UPDATE customers_customer AS customer
    SET first_seen_at = least(was.first_seen_at, seen.first),
        last_seen_at = greatest(was.last_seen_at, seen.last),
        stage_id = CASE WHEN customer.id = %(old)s OR NOT moved.is_so THEN was.stage_id
                        ELSE customer.stage_id END,
        stage_since = CASE WHEN customer.id = %(old)s OR NOT moved.is_so THEN was.stage_since
                           ELSE customer.stage_since END,
        public_id = was.public_id
    FROM (VALUES (%(old)s, %(told)s::jsonb -> 'old'), (%(kept)s, %(told)s::jsonb -> 'kept')) AS of (id, row),
         LATERAL jsonb_populate_record(NULL::customers_customer, of.row) AS was,
         LATERAL (SELECT min(occurred_at) AS first, max(occurred_at) AS last FROM customers_event
                  WHERE customer_id = of.id AND name NOT LIKE '$%%') AS seen,
         LATERAL (SELECT EXISTS (SELECT FROM customers_stagemove
                                 WHERE customer_id = of.id AND moved_at > %(merged_at)s) AS is_so) AS moved
    WHERE customer.id = of.id
    """,
    "DELETE FROM customers_mergedcustomer WHERE old_id = %(old)s",
    """
    UPDATE customers_mergedcustomer SET customer_id = %(old)s
    WHERE customer_id = %(kept)s AND old_id = ANY(%(origins)s)
    """,
)


def unmerge(record_id: int, by: str, reason: str, now: datetime) -> int:
    """Undo a merge; returns the id of who is given back. UnmergeError where that can't be."""
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_events()
        record = MergeRecord.objects.select_for_update().filter(pk=record_id, undone_at=None).first()
        if record is None:
            raise UnmergeError(_("These are apart already, or one of them was erased."))
        lock_customers([record.customer_id])
        if not MergedCustomer.objects.filter(old_id=record.old_id, customer=record.customer_id).exists():
            raise UnmergeError(_("The customer was merged into another one since: undo that first."))
        undone = _unmerge_of(record)
        _part_profiles(undone)
        with connection.cursor() as cursor:
            for statement in BACK:
                cursor.execute(statement, _values(undone))
        _part_words(undone)
        for hook in on_unmerge:
            hook(undone, now)
        record.remembered, record.undone_at, record.undone_by, record.undone_reason = {}, now, by, reason
        record.save(update_fields=["remembered", "undone_at", "undone_by", "undone_reason"])
        both = sorted((undone.old_id, undone.customer_id))
        tell(both, News.What.REACH)
        classify(both, now)
        work.wake("journeys.listen")
    return undone.old_id


def checked_reason(reason: str) -> str:
    """The reason without what surrounds it; UnmergeError where there is none."""
    reason = reason.strip()
    if not reason:
        raise UnmergeError(_("Say why: who reads the history will want to know."))
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise UnmergeError(_("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON})
    return reason


def _unmerge_of(record: MergeRecord) -> Unmerge:
    with connection.cursor() as cursor:
        cursor.execute(ORIGINS, [record.old_id])
        origins = [row[0] for row in cursor.fetchall()]
    return Unmerge(record.old_id, record.customer_id, origins, record.merged_at, record.remembered)


def _values(undone: Unmerge) -> dict[str, Any]:
    return {
        "old": undone.old_id,
        "kept": undone.customer_id,
        "origins": list(undone.origins),
        "merged_at": undone.merged_at,
        "told": msgspec.json.encode(undone.remembered).decode(),
    }


COLUMNS = (
    *("traits", "trait_times", "trait_errors", "trait_sources", "trait_notes"),
    *("language", "country", "time_zone"),
)


def _profile(row: dict[str, Any]) -> Profile:
    return profile_of(msgspec.json.encode([row[column] for column in COLUMNS]))


def _part_profiles(undone: Unmerge) -> None:
    """Write both records; the old customer's row is there again by it."""
    was = undone.remembered["old"]
    merged = MergedCustomer.objects.filter(customer=undone.customer_id).values_list("old_id", flat=True)
    theirs = set(undone.origins)
    still = MergeRecord.objects.filter(customer_id=undone.customer_id, undone_at=None)
    before = still.exclude(old_id=undone.old_id).values_list("old_id", "remembered__old")
    parted = part_profiles(
        load_profiles([undone.customer_id])[undone.customer_id],
        _profile(was),
        _profile(undone.remembered["kept"]),
        Whose(undone.old_id, theirs, {0, *merged} - theirs, {of: _profile(row) for of, row in before}),
        load_rules(),
    )
    first, last = (datetime.fromisoformat(was[name]) for name in ("first_seen_at", "last_seen_at"))
    create_profiles({undone.old_id: parted.old}, {undone.old_id: (first, last)})
    save_profiles({undone.customer_id: parted.kept})


WORDS = "SELECT to_jsonb(row)::text FROM customers_consent AS row WHERE customer_id = %s"
# What was said, as the events tell it.
TOLD = """
    SELECT properties ->> 'channel', coalesce(properties ->> 'topic', ''), to_jsonb(occurred_at) #>> '{}'
    FROM customers_event WHERE customer_id = %s AND name = '$consent_changed'
"""
FORGET = "DELETE FROM customers_consent WHERE customer_id = %s"
STORE = """
    INSERT INTO customers_consent
    SELECT said.* FROM jsonb_array_elements(%(rows)s::jsonb) AS row,
        LATERAL jsonb_populate_record(NULL::customers_consent, row || jsonb_build_object(
            'id', nextval(pg_get_serial_sequence('customers_consent', 'id')),
            'customer_id', %(of)s::bigint)) AS said
"""


def _part_words(undone: Unmerge) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WORDS, [undone.customer_id])
        now = [_word(msgspec.json.decode(text)) for (text,) in cursor.fetchall()]
        told = []
        for of in (undone.old_id, undone.customer_id):
            cursor.execute(TOLD, [of])
            told.append({((channel, topic), at) for channel, topic, at in cursor.fetchall()})
        before = [_word(row) for row in undone.remembered["consents"]]
        parted = part_words(now, before, undone.old_id, *told)
        cursor.execute(FORGET, [undone.customer_id])
        for of, rows in ((undone.old_id, parted.old), (undone.customer_id, parted.kept)):
            cursor.execute(STORE, {"of": of, "rows": msgspec.json.encode(rows).decode()})


def _word(row: dict[str, Any]) -> Word:
    return Word(
        row["customer_id"], (row["channel"], row["topic"]), (row["is_granted"], row["changed_at"]), row
    )
