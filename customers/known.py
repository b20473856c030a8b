"""Writing one golden record from outside the inbox: an `identify`, applied here and now, and answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customers.addresses import AddressError, normal
from customers.events import lock_events
from customers.identifiers import load_identifiers
from customers.linking import LEVELS
from customers.locks import lock_customers
from customers.models import Identity, Tombstone
from customers.owners import tombstone_of
from customers.services import upsert_customer
from customers.tracking.calls import Call


class IdentityError(ValueError):
    """Identities that are none; `errors` says of each what is wrong."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{each['path']}: {each['message']}" for each in errors))
        self.errors = errors


class TakenIdentityError(ValueError):
    """An identity that leads to somebody else can't be given to this customer."""


def identify(identities: Mapping[str, str], traits: Mapping[str, Any], now: datetime) -> tuple[int, bool]:
    """Create or change whom these identities lead to; the row's number, and whether it is new."""
    keys = _checked(identities)
    known = _owners(keys)
    customer_id = upsert_customer(_call(keys, traits), now)
    return customer_id, customer_id not in known.values()


def change(customer_id: int, identities: Mapping[str, str], traits: Mapping[str, Any], now: datetime) -> None:
    """Add identities and traits to one customer; nothing is kept where an identity is another's."""
    new = _checked(identities)
    with transaction.atomic():
        lock_events()
        lock_customers([customer_id])
        _add(customer_id, new, now)
        if traits:
            upsert_customer(_call(dict(_own(customer_id).values_list("kind", "value")), traits), now)


def _own(customer_id: int) -> QuerySet[Identity]:
    return Identity.objects.filter(customer=customer_id).order_by("created_at", "id")


def _add(customer_id: int, new: Mapping[str, str], now: datetime) -> None:
    """Give the customer what is nobody's; a second customer number, or an erased person's, is refused."""
    owners = _owners(new)
    numbers = Identity.objects.filter(customer=customer_id, kind="external_id").values_list(
        "value", flat=True
    )
    number = new.get("external_id")
    digests = {tombstone_of(key): key for key in new.items()}
    erased = Tombstone.objects.filter(digest__in=digests).values_list("digest", flat=True)
    buried = {digests[bytes(digest)] for digest in erased}
    taken = {
        f"{kind}:{value}"
        for kind, value in new.items()
        if owners.get(kind, customer_id) != customer_id
        or (kind, value) in buried
        or (kind == "external_id" and numbers and number not in numbers)
    }
    if taken:
        raise TakenIdentityError(
            _("This is another's, or a second customer number: %s.") % ", ".join(sorted(taken))
        )
    Identity.objects.bulk_create(
        Identity(customer_id=customer_id, kind=kind, value=value, created_at=now)
        for kind, value in new.items()
        if kind not in owners
    )


def _checked(identities: Mapping[str, str]) -> dict[str, str]:
    """Kind → the one spelling of its value."""
    keys, errors, rules = {}, [], load_identifiers()
    for kind, value in identities.items():
        try:
            keys[kind] = normal(kind, value, settings.BRAND_COUNTRY)
        except AddressError as error:
            errors.append({"path": kind, "message": str(error)})
        else:
            if why := rules.refusal(kind, keys[kind]):
                errors.append({"path": kind, "message": _(why)})
    unknown = _("No such kind. There are: %s.") % ", ".join(LEVELS)
    errors += [{"path": kind, "message": unknown} for kind in keys if kind not in LEVELS]
    if errors:
        raise IdentityError(errors)
    return keys


def _owners(keys: Mapping[str, str]) -> dict[str, int]:
    """Kind → the customer to whom its value leads, where there is one."""
    rows = Identity.objects.filter(kind__in=keys, value__in=keys.values())
    return {
        kind: owner
        for kind, value, owner in rows.values_list("kind", "value", "customer_id")
        if keys.get(kind) == value
    }


def _call(keys: Mapping[str, str], traits: Mapping[str, Any]) -> Call:
    return Call(kind="identify", message_id=str(uuid4()), identities=dict(keys), traits=dict(traits))
