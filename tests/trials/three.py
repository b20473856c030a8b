"""Ten segments on the three shops of ../shared/data: how they are built, and whom they find by SQL."""

from playwright.sync_api import Page

from tests.browser.building import add, choose
from tests.trials.hands import (
    Wishes,
    event,
    fill,
    filter_group,
    filters,
    group,
    joined,
    listed,
    narrow,
    only,
    pick,
    span,
    within,
)

WISHES = Wishes()
segment = WISHES.segment
NONE, ANY = "None of these holds", "At least one of these holds"


def of_shop(page: Page, shop: str) -> None:
    """Only the customers of one shop."""
    line = add(page, "shop", "shop")
    choose(line, "value", shop, shop)


@segment(
    "CDs: from the first months to the last",
    """
    SELECT customer_id FROM customers_event e JOIN customers_customer c ON c.id = e.customer_id
    WHERE name = 'Order Completed' AND traits ->> 'shop' = 'cdnow' GROUP BY 1
    HAVING min(occurred_at) <= %(now)s - interval '400 days'
       AND max(occurred_at) > %(now)s - interval '120 days'
       AND sum((properties ->> 'discs')::numeric) >= 10
    """,
)
def _cds(page: Page) -> None:
    of_shop(page, "cdnow")
    line = add(page, "first or last did", "When they first or last did")
    choose(line, "event", "order", "Order Completed")
    pick(line, "which one", "the first")
    pick(line, "is compared by", "is longer ago than")
    span(line, "value", 400)
    line = add(page, "first or last did", "When they first or last did")
    choose(line, "event", "order", "Order Completed")
    span(line, "value", 120)
    line = event(page, "Order Completed")
    pick(line, "figure", "the sum of")
    choose(line, "property", "disc", "discs")
    fill(line, "value", "10")


@segment(
    "CDs: lapsed, but paid well",
    """
    SELECT c.id FROM customers_customer c WHERE traits ->> 'shop' = 'cdnow'
    AND last_seen_at <= %(now)s - interval '180 days'
    AND (SELECT avg((properties ->> 'total')::numeric) FROM customers_event WHERE customer_id = c.id
         AND name = 'Order Completed') >= 35.5
    """,
)
def _cds_lapsed(page: Page) -> None:
    of_shop(page, "cdnow")
    line = add(page, "last seen", "When they were first or last seen")
    pick(line, "which one", "last seen")
    pick(line, "is compared by", "is longer ago than")
    span(line, "value", 180)
    line = event(page, "Order Completed")
    pick(line, "figure", "the average of")
    choose(line, "property", "total", "total")
    fill(line, "value", "35,5")


@segment(
    "CDs: anniversary within a month",
    """
    SELECT id FROM customers_customer WHERE EXISTS (
        SELECT FROM generate_series(0, 30) ahead
        WHERE to_char((%(now)s AT TIME ZONE 'Europe/Rome')::date + ahead, 'MM-DD')
              = to_char((traits ->> 'since')::date, 'MM-DD'))
    """,
)
def _anniversary(page: Page) -> None:
    line = add(page, "birthday", "A birthday, or another yearly day")
    choose(line, "trait", "since", "since")
    fill(line, "days", "30")


@segment(
    "Wholesale: gave much back",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Refunded' GROUP BY 1
    HAVING sum((properties ->> 'total')::numeric) <= -50
    INTERSECT SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    GROUP BY 1 HAVING min((properties ->> 'total')::numeric) < 300
       AND max((properties ->> 'total')::numeric) > 500
    """,
)
def _gave_back(page: Page) -> None:
    for name, figure, operator, value in (
        ("Order Refunded", "the sum of", "is at most", "-50"),
        ("Order Completed", "the least", "is less than", "300"),
        ("Order Completed", "the greatest", "is more than", "500"),
    ):
        line = event(page, name)
        pick(line, "figure", figure)
        choose(line, "property", "total", "total")
        pick(line, "is compared by", operator)
        fill(line, "value", value)


@segment(
    "Wholesale: bags but no vintage, from abroad",
    """
    SELECT customer_id FROM customers_event e JOIN customers_customer c ON c.id = e.customer_id
    WHERE name = 'Order Completed' AND traits ->> 'shop' = 'retail'
    AND traits ->> 'market' <> 'United Kingdom'
    AND EXISTS (SELECT FROM jsonb_array_elements(properties -> 'products') product
                WHERE product ->> 'name' LIKE '%%BAG%%')
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(properties -> 'products') product
                    WHERE product ->> 'name' LIKE '%%VINTAGE%%' OR (product ->> 'price')::numeric > 20)
    """,
)
def _bags(page: Page) -> None:
    of_shop(page, "retail")
    line = add(page, "market", "market")
    pick(line, "is compared by", "is not")
    choose(line, "value", "United", "United Kingdom")
    line = event(page, "Order Completed")
    asked = filters(line)
    only(asked, "products[].name", "contains", "BAG")
    inner = filter_group(asked, NONE)
    only(inner, "products[].name", "contains", "VINTAGE")
    only(inner, "products[].price", "is more than", "20")


@segment(
    "Wholesale: good this year",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND date_trunc('year', occurred_at AT TIME ZONE 'Europe/Rome')
        = date_trunc('year', %(now)s AT TIME ZONE 'Europe/Rome') AND properties ? 'lines'
    GROUP BY 1 HAVING sum((properties ->> 'total')::numeric) >= 2500
    """,
)
def _good_this_year(page: Page) -> None:
    line = event(page, "Order Completed")
    pick(line, "figure", "the sum of")
    choose(line, "property", "total", "total")
    fill(line, "value", "2500")
    narrow(line, "in the calendar")
    pick(line, "in the calendar", "this year")
    only(filters(line), "lines", "is known")


@segment(
    "Marketplace: late and unhappy",
    """
    SELECT DISTINCT came.customer_id FROM customers_event came JOIN customers_event said
      ON said.customer_id = came.customer_id AND said.name = 'Product Reviewed'
     AND said.occurred_at > came.occurred_at AND said.occurred_at <= came.occurred_at + interval '21 days'
    WHERE came.name = 'Order Delivered' AND (came.properties ->> 'days_late')::int >= 0
      AND (said.properties ->> 'score')::int <= 2
    """,
)
def _late(page: Page) -> None:
    line = add(page, "one thing after", "One thing after another")
    choose(line, "first", "deliv", "Order Delivered")
    pick(line, "is compared by", "and then")
    choose(line, "what follows", "review", "Product Reviewed")
    span(line, "at most so much later", 21)
    only(filters(line, "where"), "days_late", "is at least", "0")
    only(filters(line, "of what follows, where"), "score", "is at most", "2")


@segment(
    "Marketplace: unhappy in words, though in time",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Product Reviewed'
    AND ((properties ->> 'score')::int IN (1, 2) OR properties ->> 'text' ~ '(?i)p[eé]ssim[oa]')
    AND coalesce(properties ->> 'text', '') <> ''
    EXCEPT SELECT customer_id FROM customers_event WHERE name = 'Order Delivered'
    AND (properties ->> 'days_late')::int >= 0
    """,
)
def _unhappy(page: Page) -> None:
    line = event(page, "Product Reviewed")
    asked = filters(line)
    only(asked, "text", "is known")
    inner = filter_group(asked, ANY)
    only(inner, "score", "is one of", ("1", "2"))
    only(inner, "text", "fits the pattern", "(?i)p[eé]ssim[oa]")
    line = event(page, "Order Delivered")
    pick(line, "is compared by", "is")
    fill(line, "value", "0")
    only(filters(line), "days_late", "is at least", "0")


@segment(
    "Marketplace: paid by slip, or in many parts",
    """
    SELECT DISTINCT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND (properties -> 'payments' ? 'boleto'
         OR (properties -> 'payments' ? 'credit_card' AND (properties ->> 'installments')::int >= 8))
    AND occurred_at > %(now)s - interval '400 days'
    AND customer_id IN (SELECT id FROM customers_customer WHERE traits ->> 'state' IN ('SP', 'RJ', 'MG'))
    """,
)
def _paid(page: Page) -> None:
    line = event(page, "Order Completed")
    within(line, 400)
    asked = filters(line)
    only(asked, "payments[]", "is", "bol", offered="boleto")
    inner = filter_group(asked, "All of these hold")
    only(inner, "payments[]", "is", "credit_card")
    only(inner, "installments", "is at least", "8")
    joined(asked, ANY)
    line = add(page, "state", "state")
    pick(line, "is compared by", "is one of")
    listed(line, "value", "SP", "RJ", "MG")


@segment(
    "Marketplace: beauty or watches, never arrived",
    """
    SELECT DISTINCT customer_id FROM customers_event, jsonb_array_elements(properties -> 'products') product
    WHERE name = 'Order Completed' AND product ->> 'category' IN ('health_beauty', 'watches_gifts')
    AND customer_id NOT IN (SELECT customer_id FROM customers_event WHERE name = 'Order Delivered')
    AND customer_id NOT IN (SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
                            AND properties ->> 'status' = 'canceled')
    """,
)
def _never_arrived(page: Page) -> None:
    line = add(page, "bought", "What they bought")
    choose(line, "a product's", "cat", "category")
    listed(line, "is one of", "health_beauty", "watches_gifts")
    place = group(page, NONE)
    event(page, "Order Delivered", place)
    line = event(page, "Order Completed", place)
    only(filters(line), "status", "is", "cancel", offered="canceled")
