"""What people tell of the catalogue, by a file or the API."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.commerce.catalogue import Facts, keep
from customers.commerce.product_rows import read_products, store_products
from customers.events import lock_events

Told = tuple[str, Mapping[str, Any]]  # a product's id, its facts
CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


def keep_products(told: Sequence[Told], now: datetime) -> list[str]:
    """Keep facts of products: from now on no event changes what is told here.

    Facts that are not among those stay as they are. Returns what each became: created, changed, unchanged.
    """
    with transaction.atomic():
        lock_events()
        kept, became = _joined(told, now)
        changed = {of for (of, _facts), word in zip(told, became, strict=True) if word != UNCHANGED}
        store_products({of: kept[of] for of in changed})
    return became


def expected_products(told: Sequence[Told], now: datetime) -> list[str]:
    """What `keep_products` would return; nothing is kept."""
    return _joined(told, now)[1]


def _joined(told: Sequence[Told], now: datetime) -> tuple[dict[str, Facts], list[str]]:
    kept = read_products({product_id for product_id, _facts in told})
    became = []
    for product_id, facts in told:
        was = deepcopy(kept.get(product_id))
        keep(kept.setdefault(product_id, Facts()), facts, now)
        became.append(_became(was, kept[product_id]))
    return kept, became


def _became(was: Facts | None, now: Facts) -> str:
    if was is None:
        return CREATED
    return UNCHANGED if (was.values, was.kept) == (now.values, now.kept) else CHANGED
