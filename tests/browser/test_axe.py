"""No page has a barrier that axe calls serious or critical, in light and in dark."""

from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Page

from tests.browser.conftest import Installation, Visit
from tests.browser.urls import admin_urls

pytestmark = pytest.mark.browser

# Of the front end's libraries: `make test` installs them for its check of the front end, which goes before.
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FOUND = """async () => {
    const isGrave = ({ impact }) => ["serious", "critical"].includes(impact);
    const say = (id, { target, html }) => `${id}: ${target.join(" ")} ${html.slice(0, 160)}`;
    const told = ({ id, nodes }) => nodes.map((node) => say(id, node));
    const grave = ({ violations }) => violations.filter(isGrave).flatMap(told);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const how = { resultTypes: ["violations"], iframes: false };
    const light = grave(await axe.run(document, { ...how, runOnly: tags }));
    document.documentElement.classList.add("dark");
    const dark = grave(await axe.run(document, { ...how, runOnly: ["color-contrast"] }));
    return [...light, ...dark.map((one) => `in dark, ${one}`)];
}"""
STILL = "* { transition: none !important; animation: none !important }"
PARTS = 4  # so that processes share them
LEAST = 20  # pages of each part


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_serious_barrier(here: Visit, installation: Installation, part: int) -> None:
    found = {}
    pages = [url for url in sorted(set(admin_urls(installation)))[part::PARTS] if _is_page(_asked(here, url))]
    for url in pages:
        if told := _barriers(here.open(url)):
            found[url] = told

    assert found == {}
    assert len(pages) >= LEAST


def _asked(visit: Visit, url: str) -> APIResponse:
    return visit.page.request.get(visit.url + url, max_redirects=0)


def _is_page(answer: APIResponse) -> bool:
    """Whether it is one of ours as a whole: no part of one, no download, no message as somebody wrote it."""
    headers = answer.headers
    is_whole = answer.status == 200 and answer.text().lstrip().lower().startswith("<!doctype html")
    return is_whole and "sandbox" not in headers.get("content-security-policy", "")


def _barriers(page: Page) -> list[str]:
    page.add_style_tag(content=STILL)
    page.evaluate(AXE.read_text())
    return list(page.evaluate(FOUND))
