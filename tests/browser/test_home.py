"""Home, the palette and what is done to several rows, by keyboard and by mouse."""

import pytest

from tests.browser.conftest import Installation, Visit

pytestmark = pytest.mark.browser
CHOSEN = "#s-palette [aria-selected=true]"


def test_a_customer_is_found_and_opened_by_keyboard_alone_and_offered_again(
    here: Visit, installation: Installation
) -> None:
    page = here.open("/admin/")
    page.keyboard.press("Control+k")
    page.wait_for_selector(CHOSEN)
    page.keyboard.type(installation.found["email"])
    page.wait_for_function("document.querySelector('#s-palette [data-status]').textContent === '1 result'")
    named = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).dataset.url"
    )
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{installation.found['customer']}/")
    name = page.locator("#s-palette").page.title().split(" | ")[0].strip()

    page.keyboard.press("Control+k")
    page.wait_for_selector(CHOSEN)

    assert named == f"/admin/customers/{installation.found['customer']}/"
    assert page.locator(f"{CHOSEN} .s-palette-title").inner_text() == name
    assert page.locator("#s-palette .s-palette-name").first.inner_text() == "Recently opened"
    page.keyboard.press("Escape")
    assert not page.locator("#s-palette").is_visible()
    assert here.complaints == []


def test_arrows_go_round_and_nothing_found_is_said(here: Visit) -> None:
    page = here.open("/admin/journeys/journey/")
    page.click("[data-palette]")
    page.wait_for_selector(CHOSEN)
    page.keyboard.press("ArrowUp")
    last = page.locator("#s-palette [role=option]").count() - 1
    assert page.locator(CHOSEN).get_attribute("id") == f"s-palette-{last}"
    page.keyboard.press("ArrowDown")
    assert page.locator(CHOSEN).get_attribute("id") == "s-palette-0"

    page.keyboard.type("<img src=x onerror=alert(1)>")
    page.wait_for_function("document.querySelector('#s-palette [data-note]').textContent !== ''")

    assert page.locator("#s-palette [role=option]").count() == 0
    assert here.complaints == []


def test_journeys_are_paused_on_the_map_and_the_toast_takes_it_back(here: Visit) -> None:
    page = here.open("/admin/journeys/journey/")
    live = page.locator(".s-choice:has(.s-chip-good)").first
    name = live.locator(".s-strong").inner_text()
    assert not page.locator(".s-chosen").is_visible()
    live.locator("input").check()
    page.click(".s-chosen [value=pause]")
    page.wait_for_selector(".s-toast-undo")
    paused = page.locator(".s-choice", has_text=name).locator(".s-chip").first.inner_text()

    page.click(".s-toast-undo")
    page.wait_for_selector(".s-toast >> text=Live again")

    assert paused == "paused"
    assert page.locator(".s-choice", has_text=name).locator(".s-chip").first.inner_text() == "live"
    assert here.complaints == []


def test_a_filter_is_saved_and_taken_out_again(here: Visit) -> None:
    page = here.open("/admin/customers/customer/?stage=6")
    page.fill("#filter-name", "In use")
    page.get_by_role("button", name="Save this filter").click()
    page.wait_for_selector(".s-filters [aria-current]")
    assert page.locator(".s-filters [aria-current]").inner_text() == "In use"

    page.get_by_role("button", name="Take out the filter In use").click()
    page.wait_for_selector(".s-toast-undo")

    assert page.locator(".s-filters").count() == 0
    assert here.complaints == []
