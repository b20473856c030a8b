"""The README's pictures, from a running Sette: `make run` in one terminal, `make screenshots` in another."""

import json
import os
import sys
from pathlib import Path

from chromium import find_chromium
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
SIZE = {"width": 1480, "height": 940}
PAGES = {
    "dashboard": ("/admin/?days=365", "light", "en"),
    "dashboard-dark": ("/admin/?days=365", "dark", "en"),
    "journeys": ("/admin/journeys/journey/", "light", "en"),
    "journey": ("journey", "light", "en"),
    "customer": ("customer", "light", "it"),
    "inbox": ("/admin/inbox/?kind=email", "light", "en"),
}


def main() -> int:
    """Log in as the sandbox's admin and take each picture."""
    try:
        sandbox = json.loads((Path(os.environ.get("SETTE_VAR", ROOT / "var")) / "sandbox.json").read_text())
    except OSError as error:
        print(f"{error}: start Sette first, by `make run`.")
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        for name, (path, scheme, language) in PAGES.items():
            context = browser.new_context(viewport=SIZE, color_scheme=scheme, locale=language)
            page = context.new_page()
            log_in(page, sandbox)
            page.goto(find(page, sandbox["url"], path), wait_until="networkidle")
            page.screenshot(path=TARGET / f"{name}.png")
            print(TARGET / f"{name}.png")
            context.close()
        browser.close()
    return 0


def log_in(page: Page, sandbox: dict[str, str]) -> None:
    """As the sandbox's admin."""
    page.goto(f"{sandbox['url']}/admin/login/?next=/admin/")
    page.fill("[name=username]", sandbox["admin_user"])
    page.fill("[name=password]", sandbox["admin_password"])
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def find(page: Page, url: str, path: str) -> str:
    """The address of a page; of `journey` and `customer` the first that their lists show."""
    match path:
        case "journey":
            page.goto(f"{url}/admin/journeys/journey/")
            return url + str(page.locator(".s-journey").first.get_attribute("href"))
        case "customer":
            page.goto(f"{url}/admin/channels/message/?reason=cap")
            return url + str(
                page.locator("#result_list tbody a[href*='/customers/']").first.get_attribute("href")
            )
    return url + path


if __name__ == "__main__":
    sys.exit(main())
