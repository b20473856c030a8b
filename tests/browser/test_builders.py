"""Several builders on one page: each is its own, and all write into the form."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.building import add, choose, rows
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

STAGE = "/admin/customers/stage/6/change/"


def fold(page: Page, title: str) -> None:
    page.locator("details.s-fold > summary", has_text=title).first.click()


def test_a_stage_has_a_builder_for_each_of_its_rules(here: Visit) -> None:
    page = here.open(STAGE)
    page.wait_for_selector(".b-builder")
    fold(page, "Stay rule")
    stay = page.locator('[data-rule-builder="stay_rule"]')
    expect(stay.get_by_role("heading", name="Stay rule")).to_be_visible()

    line = add(stay, "city", "city")
    choose(line, "value", "Roma")
    expect(stay.locator(".b-sentence")).to_have_text("city is Roma")
    expect(stay.locator(".s-figure")).to_be_visible()
    stay.locator(".b-people .b-why").first.click()
    expect(stay.locator(".b-line .b-verdict")).to_contain_text("holds")
    rule = json.loads(page.input_value("[name=stay_rule]"))
    page.click("[name=_continue]")
    page.wait_for_selector(".b-builder")

    assert rule["rules"][0]["trait"] == "city"
    assert rows("SELECT stay_rule, leave_rule FROM customers_stage WHERE number = 6") == [(rule, {})]
    expect(page.locator("details.s-fold > summary").first).to_contain_text("city is Roma")
    assert here.complaints == []


def test_what_is_wrong_in_a_folded_rule_is_unfolded(here: Visit) -> None:
    page = here.open(STAGE)
    page.wait_for_selector(".b-builder")
    fold(page, "Leave rule")
    leave = page.locator('[data-rule-builder="leave_rule"]')
    add(leave, "segment", "Segment")
    page.click("[name=_continue]")
    page.wait_for_selector(".b-builder")

    expect(page.locator('[data-rule-builder="leave_rule"] .b-problems')).to_contain_text("This is missing")


def test_no_two_elements_of_several_builders_share_an_id(here: Visit) -> None:
    page = here.open(STAGE)
    page.wait_for_selector(".b-builder")
    fold(page, "Stay rule")
    fold(page, "Leave rule")
    expect(page.locator(".b-builder")).to_have_count(3)
    ids = page.evaluate("() => [...document.querySelectorAll('.b-builder [id]')].map(one => one.id)")

    assert len(ids) == len(set(ids)) > 12
    assert here.complaints == []


def test_a_draft_of_the_stages_is_written_by_builders(here: Visit) -> None:
    page = here.open("/admin/stages/versions/")
    page.get_by_role("button", name="New draft").click()
    page.wait_for_selector("details.s-fold")
    page.locator("details.s-fold > summary").nth(1).click()
    awareness = page.locator('[data-rule-part="awareness.stay_rule"]')
    line = add(awareness, "city", "city")
    choose(line, "value", "Roma")
    expect(awareness.locator(".b-sentence")).to_have_text("city is Roma")
    terms = json.loads(page.input_value("[name=definitions]"))
    assert terms["awareness"]["stay_rule"]["rules"][0]["value"] == "Roma"

    page.fill("[name=definitions]", page.input_value("[name=definitions]").replace("Roma", "Bari"))
    page.press("[name=definitions]", "Tab")
    expect(awareness.locator(".b-sentence")).to_have_text("city is Bari")
    page.get_by_role("button", name="Keep the draft").click()
    page.wait_for_url(re.compile(r"versions/\d+/$"))
    expect(page.locator("details.s-fold > summary").nth(1)).to_contain_text("city is Bari")

    assert rows(
        "SELECT definitions -> 'awareness' -> 'stay_rule' -> 'rules' -> 0 ->> 'value'"
        " FROM customers_stageversion WHERE number IS NULL"
    ) == [("Bari",)]
    assert here.complaints == []
