"""The catalogue's rows: what events say joins what is kept. The caller holds the events' lock."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from customers.commerce.catalogue import FACTS, Facts
from customers.commerce.reading import decode, earlier, kept, newest, written

READ = f"""
    SELECT product_id, told_at, times::text, kept, reviews, rated, rating_sum, {", ".join(FACTS)}
    FROM customers_product WHERE product_id = ANY(%s)
"""
STORE = f"""
    INSERT INTO customers_product AS row
        (product_id, told_at, times, kept, reviews, rated, rating_sum, {", ".join(FACTS)})
    SELECT product_id, told_at, times, ARRAY(SELECT jsonb_array_elements_text(kept)), reviews, rated,
           rating_sum,
           {", ".join(fact if fact == "price" else f"coalesce({fact}, '')" for fact in FACTS)}
    FROM jsonb_to_recordset(%s::jsonb) AS told (
        product_id text, told_at timestamptz, times jsonb, kept jsonb, reviews int, rated int,
        rating_sum numeric,
        {", ".join(f"{fact} {'numeric' if fact == 'price' else 'text'}" for fact in FACTS)})
    ON CONFLICT (product_id) DO UPDATE SET
        (told_at, times, kept, reviews, rated, rating_sum, {", ".join(FACTS)})
        = (excluded.told_at, excluded.times, excluded.kept, excluded.reviews, excluded.rated,
           excluded.rating_sum,
           {", ".join(f"excluded.{fact}" for fact in FACTS)})
"""
KEPT = f"""
    SELECT product_id, kept, {", ".join(FACTS)} FROM customers_product
    WHERE product_id = ANY(%s) AND kept <> '{{}}'
"""


def read_products(product_ids: Iterable[str]) -> dict[str, Facts]:
    """What is kept of these products."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(READ, [list(product_ids)])
        for product_id, told_at, times, held, reviews, rated, rating_sum, *values in cursor.fetchall():
            said = kept(dict(zip(FACTS, values, strict=True)), told_at, decode(times))
            found[product_id] = Facts(said, frozenset(held), reviews, rated, rating_sum)
    return found


def store_products(products: Mapping[str, Facts]) -> None:
    """Write them, new ones and known."""
    if not products:
        return
    rows = [
        facts.values
        | {
            "product_id": product_id,
            "told_at": newest(facts.said),
            "times": earlier(facts.said),
            "kept": sorted(facts.kept),
        }
        | {"reviews": facts.reviews, "rated": facts.rated, "rating_sum": facts.rating_sum}
        for product_id, facts in sorted(products.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [written(rows)])


def add_products(told: Mapping[str, Facts]) -> None:
    """Join what events say of products to what is kept."""
    if told:
        found = read_products(told)
        for product_id, facts in told.items():
            found.setdefault(product_id, Facts()).join(facts)
        store_products(found)


def kept_facts(product_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What a file or the API told of these products."""
    wanted = sorted(set(product_ids) - {""})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [wanted])
        return {
            product_id: {
                fact: value for fact, value in zip(FACTS, values, strict=True) if fact in kept and value
            }
            for product_id, kept, *values in cursor.fetchall()
        }
