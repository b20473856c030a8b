"""Segment's client for browsers, unmodified: what a page of another origin says is stored."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from playwright.sync_api import Browser, Route

from scripts.build_frontend import SOURCE
from tests.browser.conftest import PATIENCE, Installation, database_url

SCRIPTS = SOURCE / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd"
KEY = "wk_browser"
SAY = """async ([writeKey, cdnURL]) => {
    const analytics = window.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL });
    await analytics.track("Product Viewed", { name: "Olive oil" });
    await analytics.identify("ada", { email: "ada@example.com" });
    await analytics.page("Home");
    await analytics.screen("Basket");
    await analytics.group("acme", { seats: 3 });
    await analytics.alias("ada", "older");
}"""
MADE = """
    INSERT INTO customers_source (name, write_key, is_active, created_at) VALUES ('browser', %s, true, now())
"""
STORED = """
    SELECT kind, payload FROM customers_inboxrow
    WHERE source_id = (SELECT id FROM customers_source WHERE write_key = %s) ORDER BY id
"""


def serve(route: Route) -> None:
    """The client's own files."""
    route.fulfill(path=SCRIPTS / Path(urlsplit(route.request.url).path).name)


def test_segment_s_client_for_browsers_is_understood(browser: Browser, installation: Installation) -> None:
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(MADE, [KEY])
        context = browser.new_context(locale="it-IT", timezone_id="Europe/Rome", bypass_csp=True)
        context.set_default_timeout(PATIENCE * 1000)
        other = installation.url.replace("127.0.0.1", "localhost")  # another origin, on this machine too
        context.route(f"{other}/client/**", serve)
        page = context.new_page()
        page.goto(f"{other}/admin/login/")
        page.add_script_tag(url=f"{other}/client/index.js")

        page.evaluate(SAY, [KEY, installation.url])

        page.wait_for_load_state("networkidle")
        context.close()
        rows = connection.execute(STORED, [KEY]).fetchall()
    kinds = sorted(kind for kind, _payload in rows)
    assert kinds == ["alias", "group", "identify", "page", "screen", "track"]
    said = dict(rows)
    assert said["identify"]["identities"]["external_id"] == "ada"
    assert said["identify"]["traits"] == {"email": "ada@example.com"}
    assert said["track"]["properties"]["context"]["page"]["url"] == f"{other}/admin/login/"
    assert (said["track"]["language"], said["track"]["time_zone"]) == ("it-IT", "Europe/Rome")
    assert said["track"]["identities"]["anonymous_id"] == said["page"]["identities"]["anonymous_id"]
