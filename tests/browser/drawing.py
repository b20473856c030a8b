"""What people do in the designer, in a browser: open a draft, add a step, set it; and what is stored then."""

import json
import time
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.building import rows
from tests.browser.conftest import Visit

NEW = """
    INSERT INTO journeys_journey
        (slug, name, description, serves_id, leads_to_id, draft, revision, state, created_at, changed_at)
    SELECT %s, %s, '', min(number), max(number), %s, 0, 'draft', now(), now()
    FROM customers_stage WHERE slug IN ('action', 'use') RETURNING id
"""
PATIENCE = 60  # seconds until a draft is saved


def new_draft(slug: str, graph: Any = None, name: str = "Drawn") -> int:
    """A journey that nobody has published; its id."""
    return int(rows(NEW, slug, name, json.dumps(graph or {}))[0][0])


def open_draft(visit: Visit, journey: int) -> Page:
    page = visit.open(f"/admin/journeys/{journey}/")
    page.wait_for_selector(".d-card")
    return page


def stored(journey: int) -> Any:
    return rows("SELECT draft FROM journeys_journey WHERE id = %s", journey)[0][0]


def saved(page: Page, journey: int) -> Any:
    """The draft, once the page says that all is kept."""
    expect(page.locator(".d-kept-saved")).to_be_visible()
    return stored(journey)


def until_stored(journey: int, graph: Any) -> None:
    end = time.monotonic() + PATIENCE
    while stored(journey) != graph:
        assert time.monotonic() < end, stored(journey)
        time.sleep(0.05)


def card(page: Page, step: str) -> Locator:
    return page.locator(f'[data-card="{step}"]')


def add(page: Page, way: str, typed: str) -> None:
    """The first step that is found by what is typed, at a "+" that is seen without moving the canvas."""
    plus = page.locator(f'[data-way="{way}"]')
    expect(plus).to_be_in_viewport(ratio=1)
    plus.click()
    palette = page.get_by_role("dialog")
    palette.get_by_role("combobox").fill(typed)
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)


def pick(page: Page, label: str, typed: str, option: str) -> None:
    """One of those that a picker finds."""
    field = page.locator(".d-panel").get_by_role("combobox", name=label, exact=True)
    field.fill(typed)
    page.locator(".b-option", has_text=option).first.click()


def wait(step: str, then: str | None, span: str = "P1D") -> dict[str, Any]:
    return {"id": step, "kind": "wait", "settings": {"span": span}, "branches": {"next": then}}


def drawn(*steps: dict[str, Any]) -> dict[str, Any]:
    """A graph that programs start."""
    return {"trigger": {"kind": "api"}, "start": steps[0]["id"], "steps": list(steps)}
