"""What is drawn outlives lost lines, ended sessions and other people; what can't be kept is told."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.building import rows
from tests.browser.conftest import Visit, Visiting
from tests.browser.drawing import add, card, drawn, new_draft, open_draft, saved, stored, until_stored, wait

pytestmark = pytest.mark.browser

PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


def test_the_second_of_two_who_draw_chooses(visiting: Visiting) -> None:
    before = drawn(wait("wait", None))
    journey = new_draft("two", before)
    ada, eve = visiting("en-GB", "light"), visiting("en-GB", "light")
    hers = open_draft(eve, journey)
    add(open_draft(ada, journey), "wait/next", "exit")
    theirs = {
        **before,
        "steps": [wait("wait", "exit"), {"id": "exit", "kind": "exit", "settings": {"reason": "exit"}}],
    }
    until_stored(journey, theirs)

    add(hers, "wait/next", "sms")
    choice = hers.get_by_role("dialog", name="admin changed this journey too")
    expect(choice).to_be_visible()
    assert stored(journey) == theirs
    choice.get_by_role("button", name="Keep mine as a copy").click()
    hers.wait_for_url(lambda url: f"/{journey}/" not in url)
    expect(card(hers, "send-sms")).to_be_visible()
    copy = rows("SELECT draft FROM journeys_journey WHERE slug = 'two-copy'")[0][0]
    assert [step["id"] for step in copy["steps"]] == ["wait", "send-sms"]

    again = open_draft(eve, journey)
    expect(card(again, "exit")).to_be_visible()
    assert [line for line in ada.complaints + eve.complaints if "409" not in line] == []


def test_two_drafts_are_merged_step_by_step(visiting: Visiting) -> None:
    before = drawn(wait("wait", "last"), wait("last", None))
    journey = new_draft("merged", before)
    ada, eve = visiting("en-GB", "light"), visiting("it-IT", "dark")
    hers = open_draft(eve, journey)
    theirs = open_draft(ada, journey)
    _last(theirs, "5")
    add(theirs, "last/next", "exit")
    expect(theirs.locator(".d-kept-saved")).to_be_visible()
    _last(hers, "7")
    hers.locator("[data-card=wait]").click()
    hers.locator(".d-panel textarea").last.fill("for Eve")

    dialog = hers.get_by_role("dialog")
    dialog.locator(".d-choices button").first.click()
    taken = dialog.locator(".s-button-main")
    expect(dialog.locator("tbody tr")).to_have_count(3)
    expect(dialog.locator(".d-open-choice")).to_have_count(1)
    expect(taken).to_be_disabled()
    dialog.locator("[name=merge-last]").nth(1).check()
    expect(dialog.get_by_role("status")).not_to_be_empty()
    taken.click()

    last = {**wait("last", None, "P7D"), "branches": {"next": None}}
    made = [
        {**wait("wait", "last"), "note": "for Eve"},
        last,
        {"id": "exit", "kind": "exit", "settings": {"reason": "exit"}},
    ]
    until_stored(journey, before | {"steps": made})
    assert [line for line in ada.complaints + eve.complaints if "409" not in line] == []


def _last(page: Page, days: str) -> None:
    card(page, "last").click()
    page.locator(".d-panel .b-number").fill(days)


def test_nothing_is_lost_without_a_connection(here: Visit) -> None:
    before = drawn(wait("wait", None))
    journey = new_draft("offline", before)
    page = open_draft(here, journey)

    page.context.set_offline(True)
    add(page, "wait/next", "exit")
    expect(page.locator(".d-kept-offline")).to_be_visible()
    page.get_by_role("link", name="Publish", exact=True).click()
    expect(page.locator(".d-kept-offline")).to_be_visible()
    page.context.set_offline(False)

    until_stored(journey, _with_exit(before))
    assert [line for line in here.complaints if "DISCONNECTED" not in line] == []


def test_nothing_is_lost_where_the_session_ends_while_somebody_draws(here: Visit) -> None:
    before = drawn(wait("wait", None))
    journey = new_draft("ended", before)
    page = open_draft(here, journey)
    page.context.clear_cookies(name="sessionid")

    add(page, "wait/next", "exit")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in", exact=True).click()
    again = opened.value
    again.get_by_label("Username").fill("admin")
    again.get_by_label("Password").fill("admin")
    again.get_by_role("button", name="Log in").click()

    expect(again.locator(".s-toast")).to_contain_text("What was not saved when this page was last open")
    assert saved(page, journey) == _with_exit(before)
    add(page, "wait/next", "sms")
    assert [step["id"] for step in saved(page, journey)["steps"]] == ["wait", "exit", "send-sms"]
    assert [line for line in here.complaints if "401" not in line] == []


def test_a_thousand_steps_are_refused_in_words(here: Visit) -> None:
    steps = [wait(f"s{number}", f"s{number + 1}") for number in range(999)] + [wait("s999", None)]
    journey = new_draft("thousand", drawn(*steps))
    page = open_draft(here, journey)

    expect(page.locator(".d-count-faults")).to_have_text("error1 fault")
    page.keyboard.press("n")
    expect(page.locator(".d-panel")).to_contain_text("has 1000 steps; at most 200 are possible")
    few = drawn(wait("wait", None))
    page = open_draft(here, other := new_draft("few", few))
    page.evaluate(PASTE, json.dumps({"format": "sette-steps-1", "start": "s0", "steps": steps, "opens": []}))
    expect(page.locator(".s-toast")).to_contain_text("A journey has 200 steps at most: split it.")
    assert stored(other) == few
    assert here.complaints == []


def _with_exit(before: dict[str, object], reason: str = "exit") -> dict[str, object]:
    return {
        **before,
        "steps": [wait("wait", "exit"), {"id": "exit", "kind": "exit", "settings": {"reason": reason}}],
    }
