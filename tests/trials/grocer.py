"""Twelve segments on the grocer's year: how they are built, and whom they find by SQL written by hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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


@segment(
    "Often, and no seafood",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND occurred_at > %(now)s - interval '90 days' GROUP BY 1 HAVING count(*) >= 20
    EXCEPT SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND properties -> 'departments' ? 'SEAFOOD'
    """,
)
def _often_and_no_seafood(page: Page) -> None:
    line = event(page, "Order Completed")
    fill(line, "value", "20")
    within(line, 90)
    line = event(page, "Order Completed")
    pick(line, "is compared by", "is")
    fill(line, "value", "0")
    only(filters(line), "departments[]", "is", "SEAF", offered="SEAFOOD")


@segment(
    "Spent 600 last quarter",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND date_trunc('quarter', occurred_at AT TIME ZONE 'Europe/Rome')
        = date_trunc('quarter', %(now)s AT TIME ZONE 'Europe/Rome') - interval '3 months'
    GROUP BY 1 HAVING sum((properties ->> 'total')::numeric) >= 600
    """,
)
def _spent_last_quarter(page: Page) -> None:
    line = event(page, "Order Completed")
    pick(line, "figure", "the sum of")
    choose(line, "property", "tot", "total")
    fill(line, "value", "600")
    narrow(line, "in the calendar")
    pick(line, "in the calendar", "last quarter")


@segment(
    "A campaign, then its coupon",
    """
    SELECT DISTINCT sent.customer_id FROM customers_event sent JOIN customers_event used
      ON used.customer_id = sent.customer_id AND used.name = 'Coupon Redeemed'
     AND used.occurred_at > sent.occurred_at AND used.occurred_at <= sent.occurred_at + interval '14 days'
    WHERE sent.name = 'Campaign Received' AND sent.properties ->> 'type' = 'Type A'
      AND sent.occurred_at > %(now)s - interval '200 days'
    """,
)
def _campaign_then_coupon(page: Page) -> None:
    line = add(page, "one thing after", "One thing after another")
    choose(line, "first", "camp", "Campaign Received")
    pick(line, "is compared by", "and then")
    choose(line, "what follows", "coup", "Coupon Redeemed")
    span(line, "at most so much later", 14)
    within(line, 200)
    only(filters(line, "where"), "type", "is", "Type A", offered="Type A")


@segment(
    "A campaign and no order in ten days",
    """
    SELECT DISTINCT customer_id FROM customers_event sent WHERE name = 'Campaign Received'
    AND occurred_at <= %(now)s - interval '10 days' AND NOT EXISTS (
        SELECT FROM customers_event bought WHERE bought.customer_id = sent.customer_id
        AND bought.name = 'Order Completed' AND bought.occurred_at > sent.occurred_at
        AND bought.occurred_at <= sent.occurred_at + interval '10 days'
        AND (bought.properties ->> 'total')::numeric >= 5)
    """,
)
def _campaign_and_no_order(page: Page) -> None:
    line = event(page, "Campaign Received")
    choose(line, "What is asked", "one thing after", "One thing after another")
    choose(line, "what follows", "order", "Order Completed")
    span(line, "at most so much later", 10)
    only(filters(line, "of what follows, where"), "total", "is at least", "5")


@segment(
    "Meat and fish, no pastry",
    """
    SELECT DISTINCT customer_id FROM customers_event, jsonb_array_elements(properties -> 'products') product
    WHERE name = 'Order Completed' AND occurred_at > %(now)s - interval '60 days'
      AND product ->> 'department' IN ('MEAT', 'SEAFOOD-PCKGD', 'SEAFOOD')
    EXCEPT
    SELECT customer_id FROM customers_event, jsonb_array_elements(properties -> 'products') product
    WHERE name = 'Order Completed' AND occurred_at > %(now)s - interval '60 days'
      AND product ->> 'department' = 'PASTRY'
    """,
)
def _meat_and_fish(page: Page) -> None:
    for operator, values in (("bought", ("MEAT", "SEAFOOD", "SEAFOOD-PCKGD")), ("did not buy", ("PASTRY",))):
        line = add(page, "bought", "What they bought")
        pick(line, "is compared by", operator)
        choose(line, "a product's", "dep", "department")
        listed(line, "is one of", *values)
        within(line, 60)


@segment(
    "Loyal, to be written to by mail but not by SMS",
    """
    SELECT c.id FROM customers_customer c JOIN customers_stage s ON s.number = c.stage_id
    WHERE s.slug IN ('use', 'advocacy')
      AND EXISTS (SELECT FROM customers_consent WHERE customer_id = c.id AND channel = 'email' AND topic = ''
                  AND is_granted)
      AND NOT EXISTS (SELECT FROM customers_consent WHERE customer_id = c.id AND channel = 'sms'
                      AND topic = '' AND is_granted)
      AND EXISTS (SELECT FROM (SELECT kind, value FROM customers_identity WHERE customer_id = c.id
                               AND kind = 'email' ORDER BY created_at DESC, id DESC LIMIT 1) address
                  WHERE NOT EXISTS (SELECT FROM customers_suppression p
                                    WHERE (p.kind, p.value) = (address.kind, address.value)))
    """,
)
def _loyal_by_mail(page: Page) -> None:
    line = add(page, "stage", "Stage")
    pick(line, "is compared by", "is one of")
    for typed, offered in (("us", "use"), ("advo", "advocacy")):
        choose(line, "value", typed, offered)
    add(page, "reached", "Whether they can be reached")
    line = add(page, "consent", "Consent")
    choose(line, "to the channel", "SM", "SMS")
    pick(line, "is compared by", "has not been given")


@segment(
    "Customers from the start who are here again",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed' GROUP BY 1
    HAVING min(occurred_at) <= %(now)s - interval '330 days'
       AND max(occurred_at) > %(now)s - interval '12 days'
    """,
)
def _from_the_start(page: Page) -> None:
    line = add(page, "first or last did", "When they first or last did")
    choose(line, "event", "order", "Order Completed")
    pick(line, "which one", "the first")
    pick(line, "is compared by", "is longer ago than")
    span(line, "value", 330)
    line = add(page, "first or last did", "When they first or last did")
    choose(line, "event", "order", "Order Completed")
    span(line, "value", 12)


@segment(
    "Written to and silent",
    """
    SELECT customer_id FROM channels_message WHERE state IN ('sent', 'delivered', 'bounced', 'complained')
    GROUP BY 1 HAVING count(*) FILTER (WHERE sent_at > %(now)s - interval '120 days') >= 3
    AND count(*) FILTER (WHERE clicked_at > %(now)s - interval '120 days') = 0
    """,
)
def _silent(page: Page) -> None:
    line = add(page, "messages", "Messages they received")
    fill(line, "value", "3")
    span(line, "within the last", 120)
    line = add(page, "messages", "Messages they received")
    pick(line, "what they did", "clicked in")
    pick(line, "is compared by", "exactly")
    fill(line, "value", "0")
    span(line, "within the last", 120)


@segment(
    "Parents or the middle-aged, owners, full baskets",
    """
    SELECT c.id FROM customers_customer c
    WHERE (c.traits ->> 'kids_count' IN ('1', '2', '3+') OR c.traits ->> 'age' IN ('35-44', '45-54'))
      AND NOT coalesce(c.traits ->> 'home_ownership' IN ('Renter', 'Probable Renter'), false)
      AND (SELECT avg((properties ->> 'total')::numeric) FROM customers_event WHERE customer_id = c.id
           AND name = 'Order Completed' AND occurred_at > %(now)s - interval '180 days') > 40
    """,
)
def _parents(page: Page) -> None:
    place = group(page, ANY)
    for trait, values in (("kids_count", ("1", "2", "3+")), ("age", ("35-44", "45-54"))):
        line = add(page, trait, trait, place)
        pick(line, "is compared by", "is one of")
        listed(line, "value", *values)
    place = group(page, NONE)
    line = add(page, "home_own", "home_ownership", place)
    pick(line, "is compared by", "is one of")
    listed(line, "value", "Renter", "Probable Renter")
    line = event(page, "Order Completed")
    pick(line, "figure", "the average of")
    choose(line, "property", "total", "total")
    pick(line, "is compared by", "is more than")
    fill(line, "value", "40")
    within(line, 180)


@segment(
    "Small baskets, cheap or from the deli, not in one store",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND occurred_at > %(now)s - interval '120 days' AND (properties ->> 'total')::numeric < 20
    AND ((properties ->> 'discount')::numeric > 0 OR properties -> 'departments' ? 'DELI')
    AND NOT ((properties ->> 'store')::int = 367 OR properties -> 'departments' ? 'FUEL')
    GROUP BY 1 HAVING count(*) >= 3
    """,
)
def _small_baskets(page: Page) -> None:
    line = event(page, "Order Completed")
    fill(line, "value", "3")
    within(line, 120)
    asked = filters(line)
    only(asked, "total", "is less than", "20")
    inner = filter_group(asked, ANY)
    only(inner, "discount", "is more than", "0")
    only(inner, "departments[]", "is", "DEL", offered="DELI")
    inner = filter_group(asked, NONE)
    only(inner, "store", "is", "367")
    only(inner, "departments[]", "is", "FUEL")
    joined(asked, "All of these hold")


@segment(
    "In use for a month, and from action",
    """
    SELECT c.id FROM customers_customer c WHERE stage_since <= %(now)s - interval '30 days'
    AND (SELECT from_stage_id FROM customers_stagemove WHERE customer_id = c.id
         ORDER BY moved_at DESC, id DESC LIMIT 1) = 5
    AND EXISTS (SELECT FROM customers_stagemove WHERE customer_id = c.id AND to_stage_id = 6
                AND moved_at > %(now)s - interval '300 days')
    """,
)
def _from_action(page: Page) -> None:
    line = add(page, "how long", "How long in the present stage")
    span(line, "value", 30)
    line = add(page, "stage before", "The stage before the present one")
    choose(line, "value", "act", "action")
    line = add(page, "reached", "A stage that they reached")
    choose(line, "value", "us", "use")
    within(line, 300)


@segment(
    "Two segments and several stores between two days",
    """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND (occurred_at AT TIME ZONE 'Europe/Rome')::date BETWEEN
        (%(now)s AT TIME ZONE 'Europe/Rome')::date - 260 AND (%(now)s AT TIME ZONE 'Europe/Rome')::date - 140
    GROUP BY 1 HAVING count(DISTINCT properties ->> 'store') >= 3
    INTERSECT SELECT customer_id FROM customers_membership m JOIN customers_segment s ON s.id = m.segment_id
    WHERE left_at IS NULL AND s.slug = 'customers-from-the-start-who-are-here-again'
    EXCEPT SELECT customer_id FROM customers_membership m JOIN customers_segment s ON s.id = m.segment_id
    WHERE left_at IS NULL AND s.slug = 'written-to-and-silent'
    """,
)
def _two_segments(page: Page) -> None:
    line = event(page, "Order Completed")
    pick(line, "figure", "the number of different")
    choose(line, "property", "sto", "store")
    fill(line, "value", "3")
    today = datetime.now(ZoneInfo("Europe/Rome")).date()
    for what, days in (("from", 260), ("until", 140)):
        narrow(line, what)
        fill(line, what, (today - timedelta(days=days)).isoformat())
    line = add(page, "segment", "Segment")
    choose(line, "value", "start", "Customers from the start who are here again")
    line = add(page, "segment", "Segment")
    pick(line, "is compared by", "is not")
    choose(line, "value", "silent", "Written to and silent")
