"""`python -m benchmarks.designer`: a journey of 200 steps in Chromium: until it is drawn, and as it moves.

Of several openings the median and the worst are printed; frames a second while the canvas is panned by the
wheel and dragged; and what the scripts weigh. The exit code is 1 where an aim is missed.
"""

import argparse
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.installation import free_port, until_answers

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "static" / "sette" / "build"
STEPS = 200
OPEN_MS, FRAMES, BYTES = 1500, 30, 250_000  # the aims
DRAWN = """performance.getEntriesByName("designer-drawn")[0].startTime
    - performance.getEntriesByType("navigation")[0].responseEnd"""
COUNT = """() => {
    window.frames_ = [];
    const count = (at) => { window.frames_.push(at); requestAnimationFrame(count); };
    requestAnimationFrame(count);
}"""
RATE = """() => {
    const frames = window.frames_.splice(0);
    return 1000 * (frames.length - 1) / (frames[frames.length - 1] - frames[0]);
}"""


def main() -> int:
    """Start an installation, open the journey again and again, move it, print the figures."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.designer", description=__doc__)
    options.add_argument("--runs", type=int, default=7)
    runs = options.parse_args().runs
    var = Path(tempfile.mkdtemp(prefix="sette-designer-"))
    try:
        return _measured(var, runs)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _measured(var: Path, runs: int) -> int:
    from benchmarks.pages import prepare_environment  # noqa: PLC0415

    prepare_environment(var)
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from config import embedded  # noqa: PLC0415

    with embedded.running(var, tied=True):
        call_command("migrate", verbosity=0)
        path, cookie = _journey()
        connections.close_all()
        port = free_port()
        words = ["-m", "granian", "--interface", "wsgi", "--port", str(port), "config.wsgi:application"]
        with subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                until_answers(f"{url}/admin/login/")
                opened, panned, dragged = _in_browser(url, path, cookie, runs)
            finally:
                server.terminate()
    return _tell(opened, panned, dragged)


def _journey() -> tuple[str, str]:
    """Branches every tenth step: its page, and the session of somebody who may draw it."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from customers.models import Stage  # noqa: PLC0415
    from journeys.models import Journey  # noqa: PLC0415

    steps = [_step(number) for number in range(STEPS)]
    graph = {"trigger": {"kind": "api"}, "start": "s0", "steps": steps}
    stage = Stage.objects.get(slug="use")
    journey = Journey.objects.create(slug="long", name="Long", serves=stage, leads_to=stage, draft=graph)
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    return reverse("admin:journey_designer", args=[journey.pk]), client.cookies["sessionid"].value


def _step(number: int) -> dict[str, Any]:
    name, then = f"s{number}", f"s{number + 1}" if number + 1 < STEPS else None
    if number % 10 or number + 2 >= STEPS:
        return {"id": name, "kind": "wait", "settings": {"span": "P1D"}, "branches": {"next": then}}
    parts = [{"branch": "a", "weight": 1}, {"branch": "b", "weight": 1}]
    return {
        "id": name,
        "kind": "split",
        "settings": {"parts": parts},
        "branches": {"a": then, "b": f"s{number + 2}"},
    }


def _in_browser(url: str, path: str, cookie: str, runs: int) -> tuple[list[float], float, float]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        chromium = os.environ.get("SETTE_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        page = context.new_page()
        opened = []
        for _run in range(runs):
            page.goto(url + path)
            page.wait_for_selector(".d-card")
            opened.append(float(page.evaluate(DRAWN)))
        page.mouse.move(600, 500)
        page.evaluate(COUNT)
        for turn in range(60):
            page.mouse.wheel(0, 120 if turn < 30 else -120)
        panned = float(page.evaluate(RATE))
        page.mouse.down()
        for turn in range(60):
            page.mouse.move(600 - 5 * (turn % 30), 500 + 8 * (turn % 30))
        page.mouse.up()
        dragged = float(page.evaluate(RATE))
        browser.close()
    return opened, panned, dragged


def weight() -> int:
    """What the designer's script and all that it imports weigh, gzipped."""
    names: set[str] = set()
    waiting = {"designer.js"}
    while waiting:
        names |= waiting
        texts = [(BUILT / name).read_text() for name in waiting]
        waiting = {found for text in texts for found in re.findall(r'from"\./([\w-]+\.js)"', text)} - names
    return sum(len(gzip.compress((BUILT / name).read_bytes())) for name in names)


def _tell(opened: list[float], panned: float, dragged: float) -> int:
    median, worst, bytes_ = statistics.median(opened), max(opened), weight()
    print(f"{STEPS} steps drawn in {median:,.0f} ms (worst {worst:,.0f}; aim {OPEN_MS:,})")
    print(f"panned at {panned:.0f}, dragged at {dragged:.0f} frames a second (aim {FRAMES})")
    print(f"{bytes_:,} bytes of script, gzipped (aim {BYTES:,})")
    return int(median > OPEN_MS or min(panned, dragged) < FRAMES or bytes_ > BYTES)


if __name__ == "__main__":
    sys.exit(main())
