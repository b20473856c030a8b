"""Pairs to look at, and what a person decides: one person, or two."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from customers.by_hand import MergeError, merge_by_hand
from customers.duplicates.words import reason
from customers.models import Customer, DuplicatePair

State = DuplicatePair.State


class DecidedError(ValueError):
    """There is nothing left to decide about the pair; the message says why."""


class Two(NamedTuple):
    """A pair with its customers; None where one is there no more."""

    pair: DuplicatePair
    first: Customer | None
    second: Customer | None


def open_pairs() -> QuerySet[DuplicatePair]:
    """What waits for a person, the most probable first: of those who are both there."""
    first, second = (Customer.objects.filter(pk=OuterRef(name)) for name in ("first_id", "second_id"))
    rows = DuplicatePair.objects.filter(Exists(first), Exists(second), state=State.OPEN)
    return rows.order_by("-probability", "pk")


def with_customers(pairs: Iterable[DuplicatePair]) -> list[Two]:
    """The pairs with their customers, read at once."""
    rows: Sequence[DuplicatePair] = list(pairs)
    ids = {number for row in rows for number in (row.first_id, row.second_id)}
    known = Customer.objects.select_related("stage").prefetch_related("identities").in_bulk(ids)
    return [Two(row, known.get(row.first_id), known.get(row.second_id)) for row in rows]


def next_pair(after: DuplicatePair) -> DuplicatePair | None:
    """The next one that waits; from the start again after the last."""
    rows = open_pairs().exclude(pk=after.pk)
    later = rows.filter(probability__lt=after.probability) | rows.filter(
        probability=after.probability, pk__gt=after.pk
    )
    return later.first() or rows.first()


def merge_pair(pair_id: int, kept_id: int | None, by: str, now: datetime) -> int:
    """They are one person: `kept_id` stays, else who was known first; returns the number of who stays.

    DecidedError; MergeError where they can't be merged. It can be undone on the customer's page.
    """
    with transaction.atomic():
        pair = _open(pair_id)
        both = Customer.objects.filter(pk__in=(pair.first_id, pair.second_id)).order_by("first_seen_at", "pk")
        ids = [customer.pk for customer in both]
        if len(ids) < 2:  # noqa: PLR2004 - both
            raise DecidedError(_("One of the two was erased or merged meanwhile."))
        if kept_id is not None and kept_id not in ids:
            raise MergeError(_("Who stays must be one of the two."))
        kept_id = kept_id or ids[0]
        (other_id,) = set(ids) - {kept_id}
        merge_by_hand(kept_id, other_id, reason(pair.evidence), by, now)
        _decide(pair, State.MERGED, by, now)
    return kept_id


def keep_apart(pair_id: int, by: str, now: datetime) -> None:
    """They are two people, and are not suggested again. DecidedError."""
    with transaction.atomic():
        _decide(_open(pair_id), State.APART, by, now)


def _open(pair_id: int) -> DuplicatePair:
    pair = DuplicatePair.objects.select_for_update().filter(pk=pair_id).first()
    if pair is None:  # found to be improbable, or erased
        raise DecidedError(_("This pair is not suggested any more."))
    if pair.state != State.OPEN:
        raise DecidedError(_("Somebody has decided about this pair already."))
    return pair


def _decide(pair: DuplicatePair, state: str, by: str, now: datetime) -> None:
    pair.state, pair.decided_by, pair.decided_at = state, by, now
    pair.save(update_fields=["state", "decided_by", "decided_at"])
