"""Pictures of every page, and docs/tour.md that shows them, from a running Sette with the sample's year.

`make run` in one terminal, `make screenshots` in another. What is said of a page is what its *?* says.
"""

import base64
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import django
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
TOUR = ROOT / "docs" / "tour.md"
WIDTH, LOWEST, HIGHEST = 1440, 900, 1500
QUALITY = 60  # of WebP
BEGINNING = """# A tour of the pages

Every page of Sette after [the sample's year](sample.md), a small grocer's. `make screenshots` takes the
pictures from a running installation and writes this page; what is said of each is what its *?* says.
"""
# A page that is about one row is about the first that a list leads to: the list, and what leads there.
EXAMPLES = {
    "address": ("customers/suppression/", "#result_list tbody th a"),
    "broadcast": ("campaigns/broadcast/", "#result_list tbody th a"),
    "cap": ("channels/cap/", "#result_list tbody th a"),
    "content": ("channels/content/?channel__exact=email", "#result_list tbody th a"),
    "customer": ("channels/message/?reason=cap", "#result_list tbody a[href*='/customers/']"),
    "journey": ("journeys/journey/?q=coupon", "a.s-journey"),
    "message": ("channels/message/?state=sent", "#result_list tbody th a"),
    "quiet": ("channels/quiethours/", "#result_list tbody th a"),
    "segment": ("customers/segment/?q=regulars", "#result_list tbody th a"),
    "source": ("customers/source/", "#result_list tbody th a"),
    "sweep": ("django_celery_beat/periodictask/", "#result_list tbody th a"),
    "version": ("stages/versions/", "a[href*='/stages/versions/']"),
}
# By group: the names of the pages' routes, with what each is about ({…}: a row as above) and asked for.
GROUPS = {
    "Home": {"index": "?days=365", "first_steps": "", "my_settings": "", "glossary": ""},
    "People": {
        "customers_customer_changelist": "",
        "customer": "{customer}",
        "customers_duplicatepair_changelist": "",
        "customers_identifierrule_changelist": "",
        "customers_identifierrule_change": "email",
        "customers_traitrule_changelist": "",
        "customers_segment_changelist": "",
        "customers_segment_change": "{segment}",
        "customers_segment_add": "",
        "segment_ready": "",
        "segment_overlap": "?one=regulars&other=families",
        "customers_stage_changelist": "",
        "customers_stage_change": "6",
        "stage_flow": "?days=365",
        "stage_barriers": "",
        "stage_cohorts": "",
        "stage_versions": "",
        "stage_version": "{version}",
        "customers_order_changelist": "",
        "customers_product_changelist": "",
    },
    "Journeys": {
        "journeys_journey_changelist": "",
        "journey_new": "",
        "journey_ready": "cart-reminder",
        "journey_designer": "{journey}",
        "journeys_journey_change": "{journey}",
        "journey_publish": "{journey}",
        "journey_simulation": "{journey}",
        "journey_goals": "{journey}",
        "journey_versions": "{journey}",
        "journey_tests": "{journey}",
        "journey_comments": "{journey}",
        "journey_history": "{journey}",
        "journey_import": "",
        "journeys_kepttest_changelist": "",
        "journeys_publishingpolicy_changelist": "",
    },
    "Messages": {
        "campaigns_broadcast_changelist": "",
        "campaigns_broadcast_change": "{broadcast}",
        "channels_message_changelist": "",
        "channels_message_change": "{message}",
        "channels_content_changelist": "",
        "channels_content_change": "{content}",
        "channels_channel_changelist": "",
        "channels_channel_change": "email",
        "channels_cap_changelist": "",
        "channels_cap_change": "{cap}",
        "channels_quiethours_changelist": "",
        "channels_holdout_changelist": "",
        "customers_topic_changelist": "",
        "customers_doubleoptin_changelist": "",
        "customers_suppression_changelist": "",
        "inbox": "?kind=email",
    },
    "Installation": {
        "customers_source_changelist": "",
        "customers_import_changelist": "",
        "customers_import_add": "",
        "customers_privacyact_changelist": "",
        "customers_retention_changelist": "",
        "customer_erase": "{customer}",
        "customers_inboxrow_changelist": "",
        "customers_repairsweep_changelist": "",
        "config_apikey_changelist": "",
        "config_apikey_add": "",
        "api_reference": "",
        "django_celery_beat_periodictask_changelist": "",
        "django_celery_beat_intervalschedule_changelist": "",
        "django_celery_beat_crontabschedule_changelist": "",
        "auth_user_changelist": "",
        "auth_user_change": "1",
        "auth_group_changelist": "",
    },
}
# Asked about two customers who are one person, or were: the sample's year has none.
UNSHOWN = {"customer_merge", "customer_unmerge", "duplicate"}
# The main ones also in dark, and in Italian.
DARK = ("index", "customer", "journeys_journey_changelist", "journey_designer", "stage_flow")
ITALIAN = ("index", "customer", "journey_designer", "channels_message_changelist")


class Look(NamedTuple):
    """How a page is looked at; `mark` is the end of its picture's name."""

    mark: str = ""
    language: str = "en-GB"
    scheme: str = "light"
    width: int = WIDTH


LIGHT = Look()


def main() -> int:
    """Log in as the sandbox's admin, take each picture, write the tour."""
    from chromium import find_chromium  # noqa: PLC0415 - it lies beside this script, not on a test's path

    try:
        sandbox = json.loads((Path(os.environ.get("SETTE_VAR", ROOT / "var")) / "sandbox.json").read_text())
    except OSError as error:
        print(f"{error}: start Sette first, by `make run`.")
        return 1
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        titles = take(browser, sandbox, LIGHT, names())
        take(browser, sandbox, Look("-dark", scheme="dark"), DARK)
        take(browser, sandbox, Look("-it", language="it-IT"), ITALIAN)
        browser.close()
    TOUR.write_text("\n".join(tour(titles)))
    return 0


def names() -> list[str]:
    """All pages, in the order of the tour."""
    return [name for pages in GROUPS.values() for name in pages]


def take(
    browser: Browser, sandbox: dict[str, str], look: Look, wanted: list[str] | tuple[str, ...]
) -> dict[str, str]:
    """A picture of each of these pages; returns their titles."""
    context = entered(browser, sandbox, look)
    page = context.new_page()
    found = {name: row(page, sandbox["url"], *where) for name, where in EXAMPLES.items()}
    asked = {name: about for pages in GROUPS.values() for name, about in pages.items()}
    titles = {}
    for name in wanted:
        page.goto(sandbox["url"] + address(name, asked[name].format(**found)), wait_until="networkidle")
        titles[name] = page.title().partition(" | ")[0]
        (PICTURES / f"{name}{look.mark}.webp").write_bytes(picture(context, page, look.width))
        print(f"{name}{look.mark}: {titles[name]}", flush=True)
    context.close()
    return titles


def entered(browser: Browser, sandbox: dict[str, str], look: Look) -> BrowserContext:
    """A browser's window in which the sandbox's admin has logged in."""
    context = browser.new_context(
        viewport={"width": look.width, "height": LOWEST},
        color_scheme=look.scheme,  # type: ignore[arg-type]
        locale=look.language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{sandbox['url']}/admin/login/?next=/admin/")
    page.fill("[name=username]", sandbox["admin_user"])
    page.fill("[name=password]", sandbox["admin_password"])
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    page.close()
    return context


def row(page: Page, url: str, listing: str, link: str) -> str:
    """The id of the first row that a list leads to; nothing where it leads to none."""
    page.goto(f"{url}/admin/{listing}")
    links = page.locator(link)
    href = str(links.first.get_attribute("href")) if links.count() else ""
    return re.sub(r"(/change)?/(\?.*)?$", "", href).rpartition("/")[2]


def address(name: str, about: str) -> str:
    """Where a page is, which is about a row, and asked for by a query."""
    of, mark, query = about.partition("?")
    return str(reverse(f"admin:{name}", args=[of] if of else [])) + mark + query


def picture(context: BrowserContext, page: Page, width: int) -> bytes:
    """The page from its top, as high as it is within bounds, in WebP."""
    height = page.evaluate("document.documentElement.scrollHeight")
    shown = {"x": 0, "y": 0, "width": width, "height": min(max(height, LOWEST), HIGHEST), "scale": 1}
    page.set_viewport_size({"width": width, "height": shown["height"]})
    asked = {"format": "webp", "quality": QUALITY, "clip": shown, "captureBeyondViewport": True}
    taken = context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    page.set_viewport_size({"width": width, "height": LOWEST})
    return base64.b64decode(taken["data"])


def tour(titles: dict[str, str]) -> Iterator[str]:
    """The lines of docs/tour.md: of each page its title, what it is for, its pictures."""
    from config.help import help_of  # noqa: PLC0415 - Django is set up by now

    yield BEGINNING
    for group, pages in GROUPS.items():
        yield f"## {group}\n"
        told = None
        for name in pages:
            help_ = help_of(name)
            if help_ is None or help_ != told:
                yield f"### {titles[name]}\n"
                yield from [f"{help_.text}\n"] if help_ else []
            told = help_
            for mark in ("", *(["-dark"] if name in DARK else []), *(["-it"] if name in ITALIAN else [])):
                yield f"![{titles[name]}](screenshots/{name}{mark}.webp)\n"


if __name__ == "__main__":
    sys.exit(main())
