"""A month of a shop's newcomers by the rehearsal's clock, over HTTP, as somebody's test suite would walk it.

Each day some customers make themselves known, each at a moment of their own within its last hour, and enter a
journey: mail → 3 days → 10 o'clock of the customer → mail → 7 days → did they order? → mail. Then the clock
is advanced by a day. The product is a whole `serve` with its own servers; mails go to its local receiver.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from benchmarks.figure import Figure
from benchmarks.installation import READY_SECONDS, ROOT, NotDoneError, free_port

Json = dict[str, Any]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEGINS = datetime(2027, 3, 1, 8, tzinfo=UTC)  # a Monday; clocks are put forward before its end
DAYS = 30
BATCH = 100
SLUG, EVENT = "rehearsed", "Signed Up"
LETTERS = ("rehearsed-first", "rehearsed-second", "rehearsed-third")
BODY = "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ customer.first_name }}</mj-text></mj-column>"
BODY += "</mj-section></mj-body></mjml>"
ORDERED = {
    "field": "event",
    "event": "Order Completed",
    "aggregate": "count",
    "operator": "at_least",
    "value": 1,
}
MINE = ("SETTE_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


def _step(name: str, kind: str, then: str | None, **settings: Any) -> Json:
    return {"id": name, "kind": kind, "settings": settings, "branches": {"next": then}}


GRAPH: Json = {
    "trigger": {"kind": "event", "event": EVENT},
    "start": "first",
    "steps": [
        _step("first", "send_email", "pause", content=LETTERS[0]),
        _step("pause", "wait", "morning", span="P3D"),
        _step("morning", "wait_until", "second", at="10:00"),
        _step("second", "send_email", "week", content=LETTERS[1]),
        _step("week", "wait", "asked", span="P7D"),
        _step("asked", "branch", "third", rules=[{"branch": "ordered", "rule": ORDERED}])
        | {"branches": {"ordered": None, "else": "third"}},
        _step("third", "send_email", None, content=LETTERS[2]),
    ],
}


class Product:
    """A running `serve` on a folder of its own, in a rehearsal, and a client that knows its keys."""

    def __init__(self, var: Path) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self._var, self._log = var, var / "serve.log"
        self.port = free_port()

    def __enter__(self) -> Self:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(MINE)}
        more = {"SETTE_VAR": str(self._var), "SETTE_PORT": str(self.port), "SETTE_REHEARSAL": "1"}
        command = [sys.executable, str(ROOT / "manage.py"), "serve"]
        with self._log.open("ab") as log:
            self._serve = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=kept | more)
        try:
            self._wait_until_ready()
        except Exception:
            self.__exit__()
            raise
        return self

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while "Ctrl-C stops it" not in self._log.read_text():
            if self._serve.poll() is not None or time.monotonic() > deadline:
                raise NotDoneError(f"Sette did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.1)
        self._facts = json.loads((self._var / "sandbox.json").read_text())

    def __exit__(self, *_error: object) -> None:
        self._serve.send_signal(signal.SIGTERM)
        self._serve.wait()

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """What the REST API answers."""
        return self._send(method, f"/api/v1/{path}", body, f"Bearer {self._facts['api_key']}")

    def track(self, calls: list[Json]) -> None:
        """Calls of a source, a hundred at a time; when this returns they are accepted."""
        key = base64.b64encode(f"{self._facts['write_key']}:".encode()).decode()
        for start in range(0, len(calls), BATCH):
            self._send("POST", "/v1/batch", {"batch": calls[start : start + BATCH]}, f"Basic {key}")

    def _send(self, method: str, path: str, body: Json | None, who: str) -> Any:
        head = {"Authorization": who, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data, head, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def stand_at(self, moment: datetime) -> Json:
        """Move the clock to a moment, with as many requests as it takes."""
        told: Json = {}
        while not told.get("is_finished"):
            told = self.call("POST", "clock/", {"set_to": moment.isoformat()})
        return told


def open_journey(product: Product) -> None:
    """Three letters and the journey that sends them, from the moment at which the month begins."""
    product.stand_at(BEGINS)
    for slug in LETTERS:
        text = {"language": "en", "subject": slug, "body": BODY}
        product.call("POST", "contents/", {"slug": slug, "name": slug, "channel": "email", "texts": [text]})
    journey = {"slug": SLUG, "name": SLUG, "serves": "action", "leads_to": "use", "draft": GRAPH}
    product.call("POST", "journeys/", journey)
    warnings = product.call("POST", f"journeys/{SLUG}/validate/")["warnings"]
    known = {"acknowledged": [warning["key"] for warning in warnings]}
    product.call("POST", f"journeys/{SLUG}/publish/", known)


def walk_month(product: Product, customers: int) -> int:
    """Day by day: who is new makes themselves known, and the clock goes on; returns its stops."""
    stops = 0
    for day in range(DAYS):
        now = BEGINS + day * DAY
        new = range(day, customers, DAYS)
        product.track(
            [call for place, n in enumerate(new) for call in _newcomer(n, now - HOUR * place / len(new))]
        )
        stops += product.stand_at(now + DAY)["stops"]
    return stops


def _newcomer(number: int, at: datetime) -> list[Json]:
    who: Json = {"userId": f"n{number}", "timestamp": at.isoformat()}
    traits = {"email": f"n{number}@example.com", "first_name": f"Mara {number}", "time_zone": "Europe/Rome"}
    consents = [{"channel": "email", "granted": True, "source": "form"}]
    known = {"type": "identify", "messageId": f"known-{number}", "traits": traits, "consents": consents}
    return [who | known, who | {"type": "track", "messageId": f"came-{number}", "event": EVENT}]


def measure(var: Path, customers: int) -> list[Figure]:
    """Seconds of the whole month."""
    with Product(var) as product:
        open_journey(product)
        started = time.monotonic()
        walk_month(product, customers)
        seconds = time.monotonic() - started
        counts = {row["step"]: row for row in product.call("GET", f"journeys/{SLUG}/counts/")}
    entered = counts["first"]["messages"].get("sent", 0)
    if entered != customers:
        raise NotDoneError(f"{entered} of {customers} customers had their first mail.")
    return [Figure("rehearsal_month", seconds, "s")]
