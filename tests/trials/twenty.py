"""Twenty-two segments built by clicking in Chromium, each checked against SQL written by hand.

    make twenty
    python -m tests.trials.twenty --data ../shared/data --keep var/twenty --only grocer

Starts an installation for the grocer's year and one for the three shops of `--data`, each in a folder of
its own under `--keep` (else they are forgotten), replays, stops the clock, builds, compares. Ends with 1
where one could not be built or differs.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.building import empty, save
from tests.browser.conftest import chromium
from tests.serving import Serve
from tests.trials import grocer, shops, three
from tests.trials.hands import Wanted

ROOT = Path(__file__).resolve().parents[2]
ADD = "/admin/customers/segment/add/"
# Whom the ready segments *Discount only* and *Full price* have to find: their orders of a year all, or none.
BOUGHT = """
    SELECT customer_id FROM customers_event WHERE name = 'Order Completed'
    AND occurred_at > %(now)s - interval '365 days' GROUP BY 1 HAVING count(*) >= 2 AND """
READY = {
    "Discount only": BOUGHT + "bool_and((properties ->> 'discount')::numeric > 0)",
    "Full price": BOUGHT + "bool_and(coalesce((properties ->> 'discount')::numeric, 0) <= 0)",
}
STAND = """
    INSERT INTO config_clock (id, stands_at, driver) VALUES (1, now(), '') ON CONFLICT (id)
    DO UPDATE SET stands_at = coalesce(config_clock.stands_at, excluded.stands_at) RETURNING stands_at"""
MEMBERS = """
    SELECT customer_id FROM customers_membership m JOIN customers_segment s ON s.id = m.segment_id
    WHERE left_at IS NULL AND s.name = %s"""


@dataclass
class Shop:
    """A running installation, its clock standing."""

    folder: Path
    database: str
    url: str
    now: datetime
    page: Page

    def ids(self, sql: str, values: Any) -> set[int]:
        """The customers whom SQL finds."""
        with psycopg.connect(self.database) as connection:
            return {row[0] for row in connection.execute(sql, values)}

    def await_members(self, name: str) -> None:
        """Until everybody was asked the segment's rule."""
        asked = "SELECT id FROM customers_segment WHERE name = %s AND rebuilt_at IS NOT NULL"
        end = time.monotonic() + 60
        while not self.ids(asked, [name]):
            if time.monotonic() > end:
                raise TimeoutError(f"{name} is not counted after a minute.")
            time.sleep(0.1)


@dataclass
class Outcome:
    """How many members are kept, how many SQL finds, how many are in one only (None: it was not built)."""

    name: str
    built: int
    found: int
    differing: int | None
    seconds: float


def main() -> int:
    """Build and compare; the table, and 1 where one differs or finds nobody."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked.add_argument("--keep", type=Path, help="where the installations stay, for another time")
    asked.add_argument("--only", choices=["grocer", "three"])
    asked.add_argument("--like", default="", help="only segments whose name contains this")
    options = asked.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="sette-twenty-") as scratch, sync_playwright() as playwright:
        folder = options.keep or Path(scratch)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        if options.only != "three":
            wanted = [one for one in grocer.WISHES.wanted if options.like in one.name]
            ready = {name: sql for name, sql in READY.items() if options.like in name}
            names = [*(one.name for one in wanted), *ready]
            with running(folder.resolve() / "grocer", "replay --sample", names, browser) as shop:
                outcomes += [build(shop, one) for one in wanted]
                outcomes += [take_over(shop, name, sql) for name, sql in ready.items()]
        if options.only != "grocer" and there(options.data):
            log = folder.resolve() / "shops.jsonl"
            shops.write_log(options.data, log)
            wanted = [one for one in three.WISHES.wanted if options.like in one.name]
            names = [one.name for one in wanted]
            with running(
                folder.resolve() / "three", f"replay --events {log} --step 168", names, browser
            ) as shop:
                outcomes += [build(shop, one) for one in wanted]
        browser.close()
    return tell(outcomes)


def there(data: Path) -> bool:
    """Whether the shops' data is there."""
    if data.is_dir():
        return True
    print(f"There is no {data}: the three shops are left out.")
    return False


@contextmanager
def running(var: Path, then: str, names: list[str], browser: Browser) -> Iterator[Shop]:
    """An installation that has replayed and has no such segments, with a page for who has logged in."""
    var.mkdir(parents=True, exist_ok=True)
    print(f"{then} in {var}", flush=True)
    serve = Serve(var, "--then", then)
    try:
        serve.wait_for("replay has ended well", 1800)
        sandbox = json.loads((var / "sandbox.json").read_text())
        with psycopg.connect(sandbox["database_url"]) as connection:
            now = connection.execute(STAND).fetchone()
            built = "SELECT slug FROM customers_segment WHERE name = ANY (%s) ORDER BY id DESC"
            slugs = [row[0] for row in connection.execute(built, [names])]
        for slug in slugs:  # of another time
            forget(sandbox, slug)
        page = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB").new_page()
        page.set_default_timeout(10_000)
        page.goto(sandbox["url"] + "/admin/login/?next=/admin/")
        page.fill("[name=username]", sandbox["admin_user"])
        page.fill("[name=password]", sandbox["admin_password"])
        page.click("[type=submit]")
        page.wait_for_url("**/admin/")
        assert now is not None
        yield Shop(var, sandbox["database_url"], sandbox["url"], now[0], page)
    finally:
        serve.stop(signal.SIGTERM)


def forget(sandbox: dict[str, str], slug: str) -> None:
    """Delete a segment."""
    request = urllib.request.Request(f"{sandbox['url']}/api/v1/segments/{slug}/", method="DELETE")
    request.add_header("Authorization", f"Bearer {sandbox['api_key']}")
    urllib.request.urlopen(request, timeout=30).close()


def build(shop: Shop, wanted: Wanted) -> Outcome:
    """Build a segment line by line, save it, and compare its members."""
    page = shop.page
    page.goto(shop.url + ADD)
    page.wait_for_selector(".b-builder")
    empty(page)
    began = time.monotonic()
    try:
        wanted.build(page)
        page.wait_for_selector(".b-side .s-figure")
        seconds = time.monotonic() - began
        save(page, wanted.name)
    except PlaywrightError as error:
        page.screenshot(path=shop.folder / "not-built.png", full_page=True)
        print(f"{wanted.name}: {error} (see {shop.folder / 'not-built.png'})", flush=True)
        return Outcome(wanted.name, 0, 0, None, time.monotonic() - began)
    return compared(shop, wanted.name, wanted.sql, seconds)


def take_over(shop: Shop, name: str, sql: str) -> Outcome:
    """Take over a ready segment, and compare its members."""
    began = time.monotonic()
    shop.page.goto(shop.url + "/admin/segments/ready/")
    shop.page.get_by_role("button", name=f"Take over {name}", exact=True).click()
    shop.page.wait_for_url("**/customers/segment/*/change/")
    return compared(shop, name, sql, time.monotonic() - began)


def compared(shop: Shop, name: str, sql: str, seconds: float) -> Outcome:
    """Who is a member, against whom SQL finds."""
    shop.await_members(name)
    kept, found = shop.ids(MEMBERS, [name]), shop.ids(sql, {"now": shop.now})
    outcome = Outcome(name, len(kept), len(found), len(kept ^ found), seconds)
    print(line_of(outcome), flush=True)
    return outcome


def line_of(one: Outcome) -> str:
    """A line of the table."""
    verdict = {0: "yes", None: "NOT BUILT"}.get(one.differing, f"NO, {one.differing} differ")
    return f"{one.name[:50]:50}  {one.built:>6,}  {one.found:>6,}  {one.seconds:>5.1f} s  {verdict}"


def tell(outcomes: list[Outcome]) -> int:
    """The table; 1 where one differs or was not built, or where nothing was compared."""
    print(f"\n{'segment':50}  {'built':>6}  {'by SQL':>6}  {'clicks':>7}  same")
    for one in outcomes:
        print(line_of(one))
    same = [one for one in outcomes if one.differing == 0]
    somebody = sum(one.found > 0 for one in same)
    print(f"{len(same)} of {len(outcomes)} are the same; {somebody} of these find somebody.")
    return 0 if outcomes and len(same) == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
