"""Rules are built by clicking and typing, by keyboard alone, in both languages and both colour schemes."""

import json
import re
from typing import Any

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DATABASE, Visit

pytestmark = pytest.mark.browser

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


def add(page: Page, term: str, option: str, group: str = "") -> Locator:
    """A new condition, found by typing; the line of it."""
    within = page.locator(f'.b-group[data-path="{group}"]')
    if within.locator("> .b-group-foot .b-add").count():
        within.locator("> .b-group-foot").get_by_role("button", name="Add a condition").click()
    field = within.locator("> .b-group-foot").get_by_role("combobox", name="Add a condition")
    field.fill(term)
    within.locator("> .b-group-foot .b-option", has_text=option).first.click()
    return within.locator("> .b-group-body > .b-line").last


def choose(within: Locator, label: str, text: str, option: str | None = None) -> None:
    """Type into a field and take what it offers, or, without an option, what was typed."""
    field = within.get_by_role("combobox", name=label, exact=True)
    field.fill(text)
    if option is None:
        field.press("Enter")
    else:
        within.locator(".b-option", has_text=re.compile(f"^{re.escape(option)}")).first.click()


def in_json(page: Page) -> Any:
    return json.loads(page.input_value("[name=rule]"))


def save(page: Page, name: str) -> None:
    """The key follows the name."""
    page.fill("[name=name]", name)
    page.press("[name=name]", "Tab")
    page.click("[name=_continue]")
    page.wait_for_url("**/change/")


def test_rule_is_built_by_clicking_and_typing_and_finds_its_members(here: Visit) -> None:
    page = builder(here)
    empty(page)

    line = add(page, "Order Compl", "Order Completed")
    line.get_by_label("value", exact=True).fill("2")
    line.get_by_label("Narrow it down").select_option(label="within the last")
    line.get_by_label("within the last: how many").fill("90")
    line = add(page, "how often", "How often")
    choose(line, "event", "order c", "Order Completed")
    line.get_by_label("is compared by").select_option(label="is")
    line.get_by_label("value", exact=True).fill("0")
    line.get_by_role("button", name="Add a filter").click()
    where = line.locator(".b-filter")
    choose(where, "property", "depart", "products[].department")
    choose(where, "value", "sea", "Seafood")

    assert in_json(page) == BOUGHT
    expected = len(rows(MEMBERS))
    expect(page.locator(".b-side .s-figure")).to_have_text(str(expected))
    expect(page.locator(".b-sentence")).to_contain_text("where products[].department is Seafood")
    save(page, "Twice no seafood")
    assert stored("twice-no-seafood") == BOUGHT
    assert 0 < expected < 60
    assert here.complaints == []


def test_rule_is_built_by_keyboard_alone(here: Visit) -> None:
    page = builder(here)
    page.locator(".b-group-foot .b-add").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("country")
    expect(page.locator('.b-option[aria-selected="true"]')).to_have_text("Country, language or time zone")
    page.keyboard.press("Enter")
    expect(page.locator(".b-line .b-grip").last).to_be_focused()
    page.keyboard.press("Tab")  # over the question …
    page.keyboard.press("Tab")
    expect(page.locator(".b-line").last.get_by_label("which one")).to_be_focused()
    page.keyboard.press("ArrowDown")  # … and the property (language) to the operator
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("fr")
    page.keyboard.press("Enter")
    grip = page.locator(".b-line .b-grip").last
    grip.focus()
    page.keyboard.press("ArrowUp")

    assert in_json(page)["rules"][0] == {
        "field": "profile",
        "property": "language",
        "operator": "equals",
        "value": "fr",
    }
    expect(page.locator(".b-line .b-grip").first).to_be_focused()
    page.keyboard.press("Control+z")
    assert in_json(page)["rules"][1]["field"] == "profile"
    page.keyboard.press("Control+Shift+z")
    assert in_json(page)["rules"][0]["field"] == "profile"
    assert here.complaints == []


def test_lists_are_pasted_and_numbers_stay_numbers(here: Visit) -> None:
    page = builder(here)
    empty(page)
    line = add(page, "city", "city")
    line.get_by_label("is compared by").select_option(label="is one of")
    field = line.get_by_role("combobox", name="value", exact=True)
    field.focus()
    field.evaluate(
        """field => { const data = new DataTransfer(); data.setData("text/plain", "Roma\\nMilano\\nBari\\n");
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true })) }"""
    )
    field.press("Backspace")
    orders = add(page, "orders", "orders")
    orders.get_by_label("is compared by").select_option(label="is at least")
    orders.get_by_label("value", exact=True).fill("2,5")

    assert [leaf["value"] for leaf in in_json(page)["rules"]] == [["Roma", "Milano"], 2.5]
    assert here.complaints == []


def test_what_lies_between_and_what_follows_what_is_asked_for(here: Visit) -> None:
    page = builder(here)
    empty(page)
    line = add(page, "orders", "orders")
    line.get_by_label("is compared by").select_option(label="lies between")
    line.get_by_label("value: least").fill("2")
    line.get_by_label("value: greatest").fill("4")
    line = add(page, "another", "One thing after another")
    choose(line, "first", "order", "Order Completed")
    choose(line, "what follows", "Cart Viewed")
    line.get_by_role("button", name="Add a filter: of what follows, where").click()
    filters = line.get_by_role("group", name="Filters on the event: of what follows, where")
    choose(filters, "property", "total")
    choose(filters, "value", "gift")

    between, follows = in_json(page)["rules"]
    assert between["value"] == [2, 4]
    assert follows["then_where"] == [{"operator": "equals", "property": "total", "value": "gift"}]
    expect(page.locator(".b-sentence")).to_contain_text("Cart Viewed")
    assert here.complaints == []


def test_another_question_about_the_same_event_keeps_the_event(here: Visit) -> None:
    page = builder(here)
    field = page.locator(".b-line").get_by_role("combobox", name="What is asked")
    field.fill("first or last did")
    page.locator(".b-line .b-option", has_text="When they first or last did").first.click()

    assert in_json(page)["rules"][0]["event"] == "Order Completed"


def test_traits_that_are_numbers_are_compared_as_numbers(here: Visit) -> None:
    page = builder(here)
    empty(page)
    line = add(page, "trait", "Trait")
    choose(line, "trait", "orde", "orders")
    line.get_by_role("combobox", name="value", exact=True).fill("3")
    page.keyboard.press("Tab")

    assert in_json(page)["rules"][0]["value"] == 3


def test_focus_stays_near_what_is_taken_out(here: Visit) -> None:
    page = builder(here)
    page.get_by_role("button", name="Copy: How often").click()
    expect(page.locator(".b-line")).to_have_count(2)
    page.get_by_role("button", name="Remove: How often").last.click()
    expect(page.locator(".b-line .b-grip")).to_be_focused()
    page.get_by_role("button", name="Copy: How often").click()
    page.get_by_role("button", name="Remove: How often").first.click()
    expect(page.locator(".b-line .b-grip")).to_be_focused()
    page.get_by_role("button", name="Remove: How often").click()
    expect(page.get_by_role("button", name="Add a condition")).to_be_focused()


def test_arrow_keys_move_into_groups_and_out_and_the_focus_goes_along(here: Visit) -> None:
    page = builder(here)
    page.get_by_role("button", name="Add a group").click()
    page.locator(".b-line .b-grip").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".b-group .b-group .b-line .b-grip")).to_be_focused()
    assert [len(part["rules"]) for part in in_json(page)["rules"]] == [1]
    page.keyboard.press("ArrowDown")
    expect(page.locator(".b-root > .b-group-body > .b-line .b-grip")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[aria-live=assertive]")).to_have_text("It can't be moved further.")

    assert [part.get("field") for part in in_json(page)["rules"]] == [None, "event"]
    assert here.complaints == []


def test_groups_are_made_joined_and_dragged_into(here: Visit) -> None:
    page = builder(here)
    page.get_by_role("button", name="Add a group").click()
    page.locator(".b-group .b-group").get_by_label("How the conditions are joined").select_option(
        label="None of these holds"
    )
    page.locator(".b-line .b-grip").drag_to(page.locator(".b-group .b-group > .b-group-foot"))

    rule = in_json(page)
    assert [(part["combinator"], part["not"], len(part["rules"])) for part in rule["rules"]] == [
        ("or", True, 1)
    ]
    assert here.complaints == []


def test_problems_stand_at_their_line_also_after_saving(here: Visit) -> None:
    page = builder(here)
    empty(page)
    add(page, "segment", "Segment")
    expect(page.locator(".b-line .b-problems")).to_contain_text("This is missing")
    choose(page.locator(".b-line"), "value", "gone")
    expect(page.locator(".b-line .b-problems")).to_contain_text("There is no segment gone")

    page.fill("[name=name]", "Gone too")
    page.press("[name=name]", "Tab")
    page.click("[name=_continue]")
    page.wait_for_selector(".b-line .b-problems")

    expect(page.locator(".b-line .b-problems")).to_contain_text("There is no segment gone")
    assert rows("SELECT 1 FROM customers_segment WHERE slug = 'gone-too'") == []


def test_json_and_builder_are_in_step(here: Visit) -> None:
    page = builder(here)
    page.get_by_role("tab", name="As JSON").click()
    page.fill("[name=rule]", '{"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}')
    page.get_by_role("tab", name="Builder").click()
    expect(page.locator(".b-sentence")).to_have_text("city is Roma")

    page.get_by_role("tab", name="As JSON").click()
    page.fill("[name=rule]", "{ oops")
    page.get_by_role("tab", name="Builder").click()
    expect(page.locator(".b-unready").first).to_contain_text("This is not a rule yet")
    assert page.input_value("[name=rule]") == "{ oops"
    assert here.complaints == []


def test_a_customer_shows_why_in_and_why_out(here: Visit) -> None:
    page = builder(here)
    page.locator(".b-people .b-why").first.click()
    expect(page.locator(".b-line .b-verdict")).to_contain_text("holds")
    expect(page.locator(".b-side .b-verdict")).to_contain_text("is in.")
    page.locator(".b-line").get_by_label("value", exact=True).fill("90")

    expect(page.locator(".b-side .b-verdict")).to_contain_text("is not in.")
    expect(page.locator(".b-line .b-verdict")).to_contain_text("does not hold")
    expect(page.locator(".b-line .b-found")).to_contain_text("found:")


def test_a_stage_tells_which_stage_wins(here: Visit) -> None:
    page = builder(here, "/admin/customers/stage/6/change/")
    page.locator(".b-people .b-why").first.click()

    expect(page.locator(".b-side ol")).to_contain_text("the first that holds")
    assert here.complaints == []


def test_an_estimate_is_marked_until_the_exact_figure_is_there(here: Visit) -> None:
    asked: list[bool] = []

    def answer(route: Any) -> None:
        asked.append(route.request.post_data_json["exact"])
        told = {"count": 12_400, "count_words": "12,400", "is_estimate": not asked[-1], "sample": []}
        if asked[-1]:
            here.page.wait_for_timeout(800)
            told |= {"count": 12_387, "count_words": "12,387"}
        route.fulfill(json=told)

    here.page.route("**/rules/preview/", answer)
    page = builder(here)

    expect(page.locator(".b-side .s-figure")).to_have_text("about 12,400")
    expect(page.locator(".b-side .s-figure")).to_have_text("12,387")
    assert asked == [False, True]


def test_an_error_of_the_server_is_told_and_passes(here: Visit) -> None:
    here.page.route("**/rules/read/", lambda route: route.abort())
    page = builder(here)
    expect(page.locator(".b-unready")).to_contain_text("The server does not answer")

    here.page.unroute("**/rules/read/")
    page.locator(".b-line").get_by_label("value", exact=True).fill("1")
    expect(page.locator(".b-side .s-figure")).to_be_visible()
    expect(page.locator(".b-unready")).to_have_count(0)


def test_where_the_builder_cannot_start_the_field_is_there(here: Visit) -> None:
    here.page.route("**/build/builder.js", lambda route: route.abort())
    page = here.open(ADD)
    page.fill("[name=rule]", json.dumps(BOUGHT))
    save(page, "Written by hand")

    assert stored("written-by-hand") == BOUGHT


@pytest.mark.parametrize(("language", "scheme"), [("it-IT", "light"), ("en-GB", "dark")])
def test_it_opens_in_each_language_and_scheme(visiting: Any, language: str, scheme: str) -> None:
    visited = visiting(language, scheme)
    page = builder(visited)
    page.wait_for_selector(".b-side .s-figure")
    ink, ground = (
        page.locator(".b-line .b-input").nth(1).evaluate(f"field => getComputedStyle(field).{name}")
        for name in ("color", "backgroundColor")
    )

    assert page.locator("html").get_attribute("lang") == language[:2]
    assert sum(map(int, re.findall(r"\d+", ink)[:3])) > 600 if scheme == "dark" else True
    assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 150 if scheme == "dark" else True
    assert visited.complaints == []


def test_every_control_has_a_name(here: Visit) -> None:
    page = builder(here)
    page.get_by_role("button", name="Add a filter").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('.b-builder button, .b-builder input, .b-builder select')]
        .filter(one => !(one.getAttribute('aria-label') || one.innerText || '').trim())
        .map(one => one.outerHTML)"""
    )

    assert nameless == []


def test_an_event_that_never_arrived_is_flagged(here: Visit) -> None:
    page = builder(here, "/admin/customers/segment/1/change/")
    event = page.locator(".b-line").first.get_by_role("combobox", name="event", exact=True)
    event.fill("Order Complete")
    event.press("Tab")

    page.wait_for_selector("text=No event “Order Complete” has ever arrived.")

    assert here.complaints == []
