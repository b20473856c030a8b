"""The demo shop, in a whole installation as `make run` starts it: a cart is left, and the reminder comes."""

import json
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.serving import Serve

LETTER = 150_000  # milliseconds until the letter must be there; it waits for 30 s by itself


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """An installation with workers and receivers of its own."""
    with tempfile.TemporaryDirectory(prefix="sette-demo-") as folder:
        running = Serve(Path(folder) / "var")
        running.wait_for("Ctrl-C stops it", 120)
        yield running
        running.stop(signal.SIGTERM)


def shop(browser: Browser, serve: Serve, language: str) -> tuple[Page, list[str]]:
    """The shop's page in a language, and what its browser complains of."""
    context = browser.new_context(locale=language)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(f"http://127.0.0.1:{serve.port}/demo/")
    return page, complaints


def open_inbox(page: Page, serve: Serve) -> None:
    """The Inbox, by the link of the shop, of somebody who logs in."""
    facts = json.loads((serve.var / "sandbox.json").read_text())
    page.goto(f"http://127.0.0.1:{serve.port}/admin/login/?next=/admin/inbox/")
    page.fill("[name=username]", facts["admin_user"])
    page.fill("[name=password]", facts["admin_password"])
    page.click("[type=submit]")
    page.wait_for_url("**/admin/inbox/")


@pytest.mark.parametrize(
    "words",
    [
        ("en-GB", "Put Olive oil into the basket", "Keep my address", "You left something in your basket"),
        ("it-IT", "Metti Olio d'oliva nel carrello", "Conserva il mio indirizzo", "Hai lasciato qualcosa"),
    ],
)
def test_a_cart_that_is_left_brings_the_reminder_into_the_inbox(
    browser: Browser, serve: Serve, words: tuple[str, str, str, str]
) -> None:
    language, add, keep, subject = words
    page, complaints = shop(browser, serve, language)
    address = f"{language.lower()}@example.com"

    page.get_by_role("button", name=add).click()
    expect(page.locator("#said")).not_to_be_empty()
    page.fill("#email", address)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=keep).click()
    page.wait_for_load_state("networkidle")
    assert complaints == []

    open_inbox(page, serve)
    message = page.locator(".s-list a", has_text=address)
    while_waiting = 0
    while not message.count() and while_waiting < LETTER:
        page.wait_for_timeout(3000)
        while_waiting += 3000
        page.reload()

    expect(message.first).to_contain_text(subject)


def test_an_order_brings_no_reminder_and_empties_the_basket(browser: Browser, serve: Serve) -> None:
    page, complaints = shop(browser, serve, "en-GB")
    page.fill("#email", "buyer@example.com")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Keep my address").click()
    page.get_by_role("button", name="Put Coffee into the basket").click()
    page.get_by_role("button", name="Put Coffee into the basket").click()
    expect(page.locator("#total")).to_have_text("€15.00")

    page.get_by_role("button", name="Order", exact=True).click()

    expect(page.locator("#said")).to_contain_text("Ordered")
    expect(page.locator("#pieces")).to_have_text("0")
    page.reload()
    expect(page.locator("#pieces")).to_have_text("0")
    open_inbox(page, serve)
    page.wait_for_timeout(45_000)
    page.reload()
    expect(page.locator(".s-list a", has_text="buyer@example.com")).to_have_count(0)
    assert complaints == []
