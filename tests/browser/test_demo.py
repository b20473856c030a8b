"""The demo shop, in a whole installation as `make run` starts it: carts are left, and the reminders come."""

import json
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.serving import Serve

LETTERS = 150_000  # milliseconds until both letters must be there; each waits for 30 s by itself
SUBJECTS = {
    "en-GB": "You left something in your basket",
    "it-IT": "Hai lasciato qualcosa nel carrello",
}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """An installation with workers and receivers of its own."""
    with tempfile.TemporaryDirectory(prefix="sette-demo-") as folder:
        running = Serve(Path(folder) / "var")
        running.wait_for("Ctrl-C stops it", 120)
        yield running
        running.stop(signal.SIGTERM)


def enter(browser: Browser, serve: Serve, language: str, complaints: list[str]) -> Page:
    """The shop's page in a language; notes what its browser complains of."""
    context = browser.new_context(locale=language)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("request", lambda asked: complaints.append(asked.url) if "127.0.0.1" not in asked.url else None)
    page.goto(f"http://127.0.0.1:{serve.port}/demo/")
    assert page.evaluate("document.documentElement.lang") == language[:2]
    return page


def leave_address(page: Page, address: str) -> None:
    """What a visitor writes below the basket."""
    page.fill("#email", address)
    page.get_by_role("checkbox").check()
    page.locator("#address button").click()
    page.wait_for_selector("body.is-known")
    page.wait_for_load_state("networkidle")


def open_inbox(page: Page, serve: Serve) -> None:
    """The Inbox, of somebody who logs in."""
    facts = json.loads((serve.var / "sandbox.json").read_text())
    page.goto(f"http://127.0.0.1:{serve.port}/admin/login/?next=/admin/inbox/")
    page.fill("[name=username]", facts["admin_user"])
    page.fill("[name=password]", facts["admin_password"])
    page.click("[type=submit]")
    page.wait_for_url("**/admin/inbox/")


def test_a_cart_that_is_left_brings_a_reminder_and_an_order_none(browser: Browser, serve: Serve) -> None:
    complaints: list[str] = []

    buyer = enter(browser, serve, "en-GB", complaints)
    leave_address(buyer, "buyer@example.com")
    for _ in range(2):
        buyer.get_by_role("button", name="Put Coffee into the basket").click()
    expect(buyer.locator("#total")).to_have_text("€15.00")
    buyer.get_by_role("button", name="Order", exact=True).click()
    expect(buyer.locator("#said")).to_contain_text("Ordered")
    for language in SUBJECTS:
        page = enter(browser, serve, language, complaints)
        page.locator("[data-product=oil]").click()
        expect(page.locator("#said")).not_to_be_empty()
        leave_address(page, f"{language.lower()}@example.com")
        page.reload()
        expect(page.locator("#pieces")).to_have_text("1")  # the basket is as it was left
    buyer.reload()
    expect(buyer.locator("#pieces")).to_have_text("0")
    assert complaints == []

    open_inbox(buyer, serve)
    letters = buyer.locator(".s-list a", has_text="@example.com")
    waited = 0
    while letters.count() < len(SUBJECTS) and waited < LETTERS:
        buyer.wait_for_timeout(3000)
        waited += 3000
        buyer.reload()

    for language, subject in SUBJECTS.items():
        expect(letters.filter(has_text=f"{language.lower()}@example.com")).to_contain_text(subject)
    assert letters.count() == len(SUBJECTS)
