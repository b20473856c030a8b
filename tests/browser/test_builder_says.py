"""What the builder tells: problems, counts, reasons; in both languages and both colour schemes."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.building import ADD, BOUGHT, add, builder, choose, empty, rows, save, stored
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


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
