"""Rules are built by clicking and typing, by keyboard alone, by drag."""

import pytest
from playwright.sync_api import expect

from tests.browser.building import BOUGHT, MEMBERS, add, builder, choose, empty, in_json, rows, save, stored
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


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


def test_filters_of_an_event_are_grouped_by_clicking(here: Visit) -> None:
    page = builder(here)
    line = page.locator(".b-line")
    line.get_by_role("button", name="Add a filter").click()
    choose(line.locator(".b-filter").first, "property", "total")
    line.locator(".b-filter").first.get_by_label("is compared by").select_option(label="is more than")
    line.locator(".b-filter").first.get_by_label("value", exact=True).fill("5")
    line.get_by_role("button", name="Add a group of filters").first.click()
    group = line.locator(".b-filter-group")
    group.get_by_label("How the conditions are joined").select_option(label="None of these holds")
    choose(group.locator(".b-filter"), "property", "products[].department")
    choose(group.locator(".b-filter"), "value", "Seafood")

    assert in_json(page)["rules"][0]["where"] == [
        {"operator": "greater", "property": "total", "value": 5},
        {
            "combinator": "or",
            "not": True,
            "rules": [{"operator": "equals", "property": "products[].department", "value": "Seafood"}],
        },
    ]
    expect(page.locator(".b-sentence")).to_contain_text(
        "where total is more than 5 and not (products[].department is Seafood)"
    )
    line.get_by_label("How the conditions are joined").first.select_option(
        label="At least one of these holds"
    )
    assert in_json(page)["rules"][0]["where"]["combinator"] == "or"
    group.get_by_role("button", name="Remove: Filter 2.1").click()
    expect(group.locator(".b-problems")).to_contain_text("Nothing is asked in this group")
    assert here.complaints == []


def test_filters_are_grouped_and_moved_by_keyboard_alone(here: Visit) -> None:
    page = builder(here)
    line = page.locator(".b-line")
    line.get_by_role("button", name="Add a filter").focus()
    page.keyboard.press("Enter")
    expect(line.locator(".b-filter .b-grip")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("total")
    page.keyboard.press("Enter")
    line.get_by_role("button", name="Add a group of filters").focus()
    page.keyboard.press("Enter")
    group = line.locator(".b-filter-group")
    expect(group.locator("> .b-group-head .b-grip")).to_be_focused()
    line.locator(".b-filter .b-grip").first.focus()
    page.keyboard.press("ArrowDown")  # into the group
    expect(group.locator(".b-filter")).to_have_count(2)
    expect(group.locator(".b-filter .b-grip").first).to_be_focused()
    page.keyboard.press("ArrowUp")  # and out of it

    where = in_json(page)["rules"][0]["where"]
    assert [part.get("property", "group") for part in where] == ["total", "group"]
    group.get_by_role("button", name="Remove: All of these hold").or_(
        group.get_by_role("button", name="Remove: At least one of these holds")
    ).focus()
    page.keyboard.press("Enter")
    expect(line.locator(".b-filter .b-grip")).to_be_focused()
    line.get_by_role("button", name="Remove: Filter 1").focus()
    page.keyboard.press("Enter")
    expect(line.locator("> .b-grip")).to_be_focused()
    assert "where" not in in_json(page)["rules"][0]
    assert here.complaints == []
