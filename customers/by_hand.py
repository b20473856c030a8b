"""Merging two customers by hand: what it would do, and doing it. Undoing it is `unmerge`."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from config import work
from customers.classify import classify
from customers.events import lock_events
from customers.identifiers import load_identifiers
from customers.locks import lock_customers
from customers.merge import Cause, Merge, merge_customers
from customers.models import Consent, Customer, Event, Identity, IdentityKind, News
from customers.named import customers_named
from customers.news import tell
from customers.records import load_profiles
from customers.survivorship import load_rules
from customers.unmerge import UnmergeError, checked_reason


class MergeError(ValueError):
    """These two can't be merged; the message says why."""


class ReasonError(ValueError):
    """There is no reason, or it is too long."""


class Clash(NamedTuple):
    """A trait of which the two records say different things, and what stays."""

    name: str
    kept: Any
    other: Any
    stays: Any


class Preview(NamedTuple):
    """What a merge would do: what comes over, which traits clash, which refusals end a consent."""

    identities: list[Identity]
    events: int
    clashes: list[Clash]
    refusals: list[Consent]


def other_customer(customer: Customer, name: str) -> Customer:
    """Whom a name (an id, or `email:a@example.com`) leads to; MergeError where to nobody, or the same."""
    found = customers_named([name])[0]
    if found.customer_id is None:
        raise MergeError(found.why or _("No customer is known by this."))
    if found.customer_id == customer.pk:
        raise MergeError(_("This is the same customer."))
    other = Customer.objects.select_related("stage").filter(pk=found.customer_id).first()
    if other is None:
        raise MergeError(_("No customer is known by this."))
    return other


def merge_preview(customer: Customer, other: Customer) -> Preview:
    """What it would do to merge `other` into `customer`; MergeError where it can't be."""
    _check_limits(customer.pk, other.pk)
    profiles = load_profiles([customer.pk, other.pk])
    kept, theirs = (dict(profiles[one.pk].traits) for one in (customer, other))
    profiles[customer.pk].absorb(profiles[other.pk], other.pk, load_rules())
    stays = profiles[customer.pk].traits
    both = sorted(kept.keys() & theirs.keys())
    return Preview(
        list(other.identities.order_by("kind", "-created_at")),
        Event.objects.filter(customer=other.pk).count(),
        [
            Clash(name, kept[name], theirs[name], stays.get(name))
            for name in both
            if kept[name] != theirs[name]
        ],
        _refusals(customer.pk, other.pk),
    )


def merge_by_hand(customer_id: int, other_id: int, reason: str, by: str, now: datetime) -> None:
    """Merge `other_id` into the customer. ReasonError; MergeError where it can't be."""
    try:
        reason = checked_reason(reason)
    except UnmergeError as error:
        raise ReasonError(str(error)) from error
    with transaction.atomic():
        lock_events()
        if len(lock_customers([customer_id, other_id])) < 2:  # noqa: PLR2004 - both
            raise MergeError(_("One of the two was erased or merged meanwhile."))
        _check_limits(customer_id, other_id)
        merge_customers([Merge(other_id, customer_id)], now, [Cause(by=by, reason=reason)])
        tell([customer_id], News.What.REACH)
        classify([customer_id], now)
        work.wake("journeys.listen")


def _check_limits(*customer_ids: int) -> None:
    """MergeError where one customer may not have as many identifiers of a kind as the two have together."""
    most = load_identifiers().most
    counted = Identity.objects.filter(customer__in=customer_ids, kind__in=most).values_list("kind")
    for kind, many in counted.annotate(Count("pk")).order_by("kind"):
        if many > most[kind]:
            raise MergeError(
                _("Together they have %(many)d of the kind %(kind)s, and a customer may have %(most)d.")
                % {"many": many, "kind": IdentityKind(kind).label, "most": most[kind]}
            )


def _refusals(customer_id: int, other_id: int) -> list[Consent]:
    """The refusals of either that end a consent of the other."""
    words = list(Consent.objects.filter(customer__in=(customer_id, other_id)).order_by("channel", "topic"))
    granted = {(word.customer_id, word.channel, word.topic) for word in words if word.is_granted}
    swapped = {customer_id: other_id, other_id: customer_id}
    return [
        word
        for word in words
        if not word.is_granted and (swapped[word.customer_id], word.channel, word.topic) in granted
    ]
