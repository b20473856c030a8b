"""What the receivers do wrong on demand, so that tests can see Sette cope with bad providers."""

import random
from dataclasses import dataclass, field
from typing import Any

KINDS = {"", "email", "sms", "push", "webhook"}
SERVER_ERRORS = {500, 501, 502, 503, 504}
WRONGS = {
    "busy": "429 with Retry-After (a mail: 451), nothing stored",
    "error": "`status`, 503 unless told (a mail: 451), nothing stored",
    "refuse": "the message is refused for good (a mail: 550), nothing stored; in a batch only this message",
    "vanish": "stored, but the connection closes without an answer",
    "slow": "stored, answered after `seconds`",
    "broken": "stored, answered with broken JSON",
}


class FaultError(ValueError):
    """A fault is described wrongly; the message says what and how to write it."""


@dataclass
class Fault:
    """One wrong: of which kind of message, to whom, for which share, how many times (None: always)."""

    wrong: str
    kind: str = ""
    to: str = ""  # part of the recipient; empty: all
    share: float = 1.0
    times: int | None = None
    seconds: float = 1.0  # of slowness, or of Retry-After
    status: int = 503


@dataclass
class Faults:
    """The wrongs in force, drawn from a seeded die so that a run can be repeated."""

    faults: list[Fault] = field(default_factory=list)
    seed: int = 1

    def __post_init__(self) -> None:
        self._die = random.Random(self.seed)  # noqa: S311 - chance for tests, no secret

    def pick(self, kind: str, recipients: list[str], wrongs: set[str]) -> Fault | None:
        """The first of these `wrongs` that strikes a message, or a request of several; it counts as used."""
        for fault in self.faults:
            strikes = (
                fault.wrong in wrongs
                and fault.kind in {"", kind}
                and fault.times != 0
                and any(fault.to in recipient for recipient in recipients)
            )
            if strikes and self._die.random() < fault.share:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


def parse_faults(body: Any) -> Faults:
    """The faults that `{"seed": 1, "faults": [{"wrong": "busy", "kind": "sms", "share": 0.3}]}` describes."""
    if not isinstance(body, dict) or not isinstance(body.get("faults", []), list):
        raise FaultError('Write {"faults": [{"wrong": "busy", "kind": "sms", "share": 0.3}]}.')
    return Faults([_fault(item) for item in body.get("faults", [])], int(body.get("seed", 1)))


def _fault(item: Any) -> Fault:
    try:
        fault = Fault(**item)
    except TypeError as error:
        raise FaultError(f"{error}: a fault has wrong, kind, to, share, times, seconds, status.") from error
    if fault.wrong not in WRONGS:
        raise FaultError(f"wrong={fault.wrong!r}: write one of {', '.join(WRONGS)}.")
    if fault.kind not in KINDS:
        raise FaultError(
            f"kind={fault.kind!r}: write one of email, sms, push, webhook, or leave it out for all."
        )
    if fault.status not in SERVER_ERRORS:
        raise FaultError(f"status={fault.status!r}: write one of {sorted(SERVER_ERRORS)}.")
    return fault
