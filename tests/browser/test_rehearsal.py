"""Journeys are rehearsed and simulated where they are drawn: the path is lit, answers are given by hand."""

import json
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from journeys.simulate.counts import LegResult, StepCounts
from journeys.simulate.outcome import outcome
from tests.browser.building import rows
from tests.browser.conftest import Installation, Visit, Visiting
from tests.browser.drawing import card, new_draft, open_draft, wait
from tests.builders import NOON

pytestmark = pytest.mark.browser

ASKED = {
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "hello",
    "steps": [
        {
            "id": "hello",
            "kind": "send_email",
            "settings": {"content": "thanks"},
            "branches": {"next": "wait"},
        },
        wait("wait", "was", "P2D"),
        {
            "id": "was",
            "kind": "branch_message",
            "settings": {"cases": [{"branch": "opened", "was": "opened"}]},
            "branches": {"opened": None, "else": "nudge"},
        },
        {"id": "nudge", "kind": "send_sms", "settings": {"content": "nudge"}, "branches": {"next": None}},
    ],
}
LIT_IDS = "cards => cards.map(card => card.dataset.card)"
LIT = re.compile("d-lit-")
DONE = """
    INSERT INTO journeys_simulation
        (journey_id, draft, days, customers, seed, until, state, progress, asked_at, result, error)
    SELECT id, draft, 30, 1000, 0, now(), 'done', 1, now(), %s, '' FROM journeys_journey WHERE id = %s
    RETURNING id
"""


def rehearsed(page: Page) -> Locator:
    """The panel, once somebody has walked."""
    page.keyboard.press("r")
    expect(card(page, "hello")).to_have_class(LIT)
    return page.get_by_role("complementary", name="Rehearsal")


def lit(page: Page) -> list[str | None]:
    return sorted(page.locator(".d-flow .d-lit-passed, .d-flow .d-lit-here").evaluate_all(LIT_IDS))


def test_path_is_lit_as_the_clock_goes_and_answers_lead_elsewhere(here: Visit) -> None:
    page = open_draft(here, new_draft("rehearsed", ASKED))
    panel = rehearsed(page)

    assert lit(page) == ["hello", "trigger", "wait"]
    expect(card(page, "wait")).to_contain_text("the customer stands here")
    expect(panel.frame_locator("iframe").get_by_text("Thank you, Anna")).to_be_visible()
    page.keyboard.press(".")
    expect(card(page, "nudge")).to_have_class(LIT)
    page.keyboard.press(",")
    expect(card(page, "nudge")).not_to_have_class(LIT)

    panel.get_by_role("button", name="message opened").click()
    expect(panel.get_by_role("button", name="Leave out: Send e-mail: message opened")).to_be_visible()
    expect(page.locator(".d-clock [role=status]")).to_have_count(0)
    page.get_by_role("button", name="To the end", exact=True).click()
    expect(card(page, "was")).to_have_class(LIT)
    assert lit(page) == ["hello", "trigger", "wait", "was"]
    expect(panel.get_by_text("opened", exact=True)).to_be_visible()
    page.keyboard.press("l")
    taken = page.locator(".d-branch-name", has_text="passed in the rehearsal")
    expect(taken).to_have_text("footprintopened. passed in the rehearsal")
    page.keyboard.press("l")
    page.keyboard.press("r")
    assert lit(page) == []
    assert here.complaints == []


def test_gate_says_why_a_message_does_not_go_out_and_the_walk_is_kept(here: Visit) -> None:
    journey = new_draft("refusing", ASKED)
    page = open_draft(here, journey)
    panel = rehearsed(page)

    panel.get_by_text("Made up: Anna").click()
    panel.get_by_role("checkbox", name="e-mail").uncheck()
    expect(panel.locator(".fate-suppressed").first).to_contain_text("no consent")
    panel.get_by_label("Name of the test").fill("without consent")
    panel.get_by_role("button", name="Keep").click()
    expect(panel.locator("form [role=status]")).to_have_text("Kept as a test: without consent")

    kept = rows("SELECT name, expects FROM journeys_kepttest WHERE journey_id = %s", journey)
    assert [(name, expects["messages"][0]["state"]) for name, expects in kept] == [
        ("without consent", "suppressed")
    ]
    assert here.complaints == []


def test_somebody_who_is_there_walks(here: Visit, installation: Installation) -> None:
    page = open_draft(here, new_draft("real", ASKED))
    panel = rehearsed(page)

    panel.get_by_text("Made up: Anna").click()
    panel.get_by_role("combobox", name="A customer who is there").fill(installation.found["email"])
    page.locator(".b-option").first.click()

    expect(panel.get_by_role("button", name="Make one up instead")).to_be_visible()
    expect(panel.locator(".d-seen-entered")).to_have_count(1)
    assert here.complaints == []


def test_slips_are_told_and_walked_again_once_they_are_mended(here: Visit) -> None:
    broken = {**ASKED, "start": "wait", "steps": [{**wait("wait", None), "settings": {}}]}
    page = open_draft(here, new_draft("slips", broken))
    page.keyboard.press("r")
    panel = page.get_by_role("complementary", name="Rehearsal")

    expect(panel.get_by_role("alert")).to_contain_text("steps.wait.settings.span")
    card(page, "wait").click()
    panel.get_by_role("button", name="Settings").click()
    page.get_by_label("For how long: how many").fill("2")
    expect(card(page, "wait")).to_have_class(LIT)
    assert [line for line in here.complaints if "400" not in line] == []


def test_simulation_is_asked_for_and_cancelled_where_it_is_drawn(here: Visit) -> None:
    page = open_draft(here, new_draft("asked", ASKED))

    page.get_by_role("button", name="Simulate").click()
    page.get_by_role("dialog").get_by_role("button", name="Simulate").click()
    expect(page.get_by_text("The simulation begins in a moment")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The simulation begins in a moment")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()

    expect(page.locator(".d-simulating")).to_have_count(0)
    assert rows("SELECT DISTINCT state FROM journeys_simulation WHERE draft = %s", json.dumps(ASKED)) == [
        ("cancelled",)
    ]
    assert here.complaints == []


def test_numbers_of_a_simulation_stand_in_place_of_the_live_ones(visiting: Visiting) -> None:
    journey = new_draft("simulated", ASKED)
    rows(DONE, json.dumps(_result()), journey)
    visit = visiting("en-GB", "dark")
    page = open_draft(visit, journey)

    page.keyboard.press("s")
    page.get_by_role("dialog").get_by_role("button", name="done").click()
    expect(page.get_by_role("status").filter(has_text="Simulated numbers, not live ones")).to_contain_text(
        "30 days · 60 customers"
    )
    node = page.locator(".react-flow__node", has=card(page, "hello"))
    expect(node.locator(".d-figures")).to_have_text("42 came27 sent15 not sent")
    expect(page.locator('[data-way="hello/next"]')).to_contain_text("42")
    assert page.locator(".d-figures a").count() == 0
    page.get_by_role("button", name="Hide the numbers").click()
    expect(page.locator(".d-figures")).to_have_count(0)
    assert visit.complaints == []


def _result() -> dict[str, Any]:
    """What a simulation told in which 42 came and 27 got their message."""
    hello = StepCounts(
        entered=42, branches={"sent": 27, "not_sent": 15}, messages={"sent": 27, "suppressed": 15}
    )
    leg = LegResult(customers=60, people=42, entered=42, finished=42, weeks=4, steps={"hello": hello})
    told = outcome(LegResult(customers=60, weeks=4), leg, {}, (NOON - timedelta(days=30), NOON), 60, 1.0)
    return dict(msgspec.to_builtins(told))
