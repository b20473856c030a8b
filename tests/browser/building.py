"""What people do in the builder, in a browser: add a condition, choose a value, save."""

import json
import re
from typing import Any

import psycopg
from django.conf import settings
from playwright.sync_api import Locator, Page

from tests.browser.conftest import DATABASE, Visit

ADD = "/admin/customers/segment/add/"
# Bought at least twice in the last 90 days, and never any 'Seafood', written by hand.
MEMBERS = """
    SELECT id FROM customers_customer AS customer
    WHERE (SELECT count(*) FROM customers_event WHERE customer_id = customer.id AND name = 'Order Completed'
           AND occurred_at > now() - interval '90 days') >= 2
      AND NOT EXISTS (SELECT FROM customers_event WHERE customer_id = customer.id
                      AND name = 'Order Completed'
                      AND properties -> 'products' @> '[{"department": "Seafood"}]')
"""
BOUGHT = {
    "combinator": "and",
    "not": False,
    "rules": [
        {
            "field": "event",
            "event": "Order Completed",
            "aggregate": "count",
            "operator": "at_least",
            "value": 2,
            "within": "P90D",
        },
        {
            "field": "event",
            "event": "Order Completed",
            "aggregate": "count",
            "operator": "equals",
            "value": 0,
            "where": [{"property": "products[].department", "operator": "equals", "value": "Seafood"}],
        },
    ],
}


def rows(sql: str, *values: Any) -> list[Any]:
    """What the installation's own database answers."""
    address = settings.DATABASE_URL.rsplit("/", 1)
    database, _, query = address[1].partition("?")
    del database
    url = f"{address[0]}/{DATABASE}" + (f"?{query}" if query else "")
    with psycopg.connect(url) as connection:
        return connection.execute(sql, values).fetchall()


def stored(slug: str) -> Any:
    found = dict(rows("SELECT slug, rule FROM customers_segment"))
    assert slug in found, list(found)
    return found[slug]


def builder(visit: Visit, path: str = ADD) -> Page:
    page = visit.open(path)
    page.wait_for_selector(".b-builder")
    return page


def empty(page: Page) -> None:
    """Take out what a new segment begins with."""
    page.get_by_role("button", name="Remove: How often").click()


def add(page: Page | Locator, term: str, option: str, group: str = "") -> Locator:
    """A new condition, found by typing; the line of it."""
    within = page.locator(f'.b-group[data-path="{group}"]')
    if within.locator("> .b-group-foot .b-add").count():
        within.locator("> .b-group-foot").get_by_role("button", name="Add a condition").click()
    field = within.locator("> .b-group-foot").get_by_role("combobox", name="Add a condition")
    field.fill(term)
    label = re.compile(f"^{re.escape(option)}")
    within.locator("> .b-group-foot .b-option > span", has_text=label).first.click()
    return within.locator("> .b-group-body > .b-line").last


def choose(within: Locator, label: str, text: str, option: str | None = None) -> None:
    """Type into a field and take what it offers, or, without an option, what was typed."""
    field = within.get_by_role("combobox", name=label, exact=True)
    field.fill(text)
    if option is None:
        field.press("Enter")
    else:
        label = re.compile(f"^{re.escape(option)}$")
        within.locator(".b-option > span", has_text=label).first.click()


def in_json(page: Page) -> Any:
    return json.loads(page.input_value("[name=rule]"))


def save(page: Page, name: str) -> None:
    """The key follows the name."""
    page.fill("[name=name]", name)
    page.press("[name=name]", "Tab")
    page.click("[name=_continue]")
    page.wait_for_url("**/change/")
