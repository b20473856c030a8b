"""A shop that goes on calling the tracking API, whatever happens to Sette: each call until it is accepted."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from customers.models import Customer
from tests.faults import people
from tests.faults.installation import Installation

PATIENCE = 60  # seconds that one call is tried again and again


class Caller:
    """Calls one event of each customer, in a thread; `answers` counts the statuses, 0 for no answer."""

    def __init__(
        self, sette: Installation, customers: Sequence[Customer], every: float, padding: str = ""
    ) -> None:
        self.answers: Counter[int] = Counter()
        self.longest = 0.0  # seconds from the first try of a call to its acceptance
        self.accepted: list[str] = []  # message ids
        self._sette = sette
        self._key = sette.servers.facts["write_key"]
        self._numbers = [people.number_of(one.pk) for one in customers]
        self._every = every
        self._properties = {"padding": padding}
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(PATIENCE)

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def _run(self) -> None:
        for number in self._numbers:
            self._call(number)
            time.sleep(self._every)

    def _call(self, number: str) -> None:
        message_id = f"Go-{number}"
        body = {"userId": number, "event": "Go", "messageId": message_id, "properties": self._properties}
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE:
            status = self._sette.post("/v1/track", body, self._key)
            self.answers[status] += 1
            if status == 200:
                self.accepted.append(message_id)
                break
            time.sleep(0.1)
        self.longest = max(self.longest, time.monotonic() - started)
