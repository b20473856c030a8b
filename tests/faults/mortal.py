"""A worker that dies, or freezes, where it is told: `celery -A tests.faults.mortal worker`.

Each point is a folder under FAULTS_POINTS; each file in it is one death (`SIGKILL-1`) or one freezing
(`SIGSTOP-1`). Whoever reaches the point and can take a file away writes what it had in its hands to the file
`struck` and sends itself the signal. The product knows nothing of it: the functions at the points are wrapped
in the processes of this worker only. Each batch of the gate is one message here, so that nobody has more than
one in its hands.
"""

import json
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

FOLDER = Path(os.environ.get("FAULTS_POINTS", "/nowhere"))
CHANCE = float(os.environ.get("FAULTS_CHANCE", "0.4"))  # so that the deaths are spread over the run
PIECES = ["customers.drain", "journeys.listen", "journeys.advance", "journeys.hear_fates"]
IN_HANDS = {  # the points between the commit of `sending` and the commit of the answer
    "after the gate's commit, before the call",
    "in the call, before the last dot",
    "in the call, after the answer",
    "between the answer and its record",
    "in the record, before its commit",
}
POINTS = [
    *(f"{when} {piece}" for piece in [*PIECES, "channels.dispatch_email"] for when in ("before", "after")),
    "in the drain, after its claim",
    "in the drain, before its commit",
    "in the listener, before its commit",
    "in the engine, after its claim",
    "in the engine, before its commit",
    "in the gate, before its commit",
    *sorted(IN_HANDS),
    "after the record",
]

_held: dict[str, Any] = {}


@dataclass(frozen=True)
class Strike:
    """Somebody who was struck at a point, and the message that it had in its hands."""

    point: str
    signal: str
    pid: int
    message_id: int | None


def arm(folder: Path, points: list[str], times: int, number: str = "SIGKILL") -> None:
    """Let each point strike so often."""
    for point in points:
        (folder / point).mkdir(exist_ok=True)
        for turn in range(times):
            (folder / point / f"{number}-{turn}").touch()
    (folder / "struck").touch()


def strikes(folder: Path) -> list[Strike]:
    """Who was struck so far."""
    return [Strike(*json.loads(line)) for line in (folder / "struck").read_text().splitlines()]


def reach(point: str) -> None:
    """Be struck here, if a strike is left at this point."""
    if random.random() > CHANCE:
        return
    for token in (FOLDER / point).glob("*"):
        try:
            token.unlink()
        except FileNotFoundError:
            continue
        name, held = token.name.split("-")[0], _held.get("message") if point in IN_HANDS else None
        with (FOLDER / "struck").open("a") as file:
            file.write(json.dumps([point, name, os.getpid(), held]) + "\n")
        os.kill(os.getpid(), signal.Signals[name])
        return


def before(point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        reach(point)
        return function(*args, **kwargs)

    return run


def after(point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        if answer != 0:  # a batch of nothing passes no point
            reach(point)
        return answer

    return run


def _one_by_one(dispatch: Callable[..., int], channel: str, now: Any) -> int:
    return dispatch(channel, now, limit=1)


def _around_piece(name: str, run: Callable[..., int]) -> Callable[..., int]:
    return after(f"after {name}", before(f"before {name}", run))


@worker_process_init.connect
def wrap(**_facts: object) -> None:
    """Wrap what stands at the points, in this process."""
    random.seed()
    from channels import delivery, gate, receipts  # noqa: PLC0415 - Django must be set up
    from channels.wire.smtp import Connection  # noqa: PLC0415
    from config import work  # noqa: PLC0415
    from customers import inbox  # noqa: PLC0415
    from journeys import load, trigger, write  # noqa: PLC0415

    for name in PIECES:
        work._known[name] = replace(work._known[name], run=_around_piece(name, work._known[name].run))
    for channel in ("email", "sms"):
        piece = work._known[f"channels.dispatch_{channel}"]
        one_by_one = _around_piece(piece.name, partial(_one_by_one, gate.dispatch, channel))
        work._known[piece.name] = replace(piece, run=one_by_one)

    inbox._claim = after("in the drain, after its claim", inbox._claim)
    inbox._apply = after("in the drain, before its commit", inbox._apply)
    trigger._enroll = after("in the listener, before its commit", trigger._enroll)
    load.claim = after("in the engine, after its claim", load.claim)
    write.write_messages = after("in the engine, before its commit", write.write_messages)
    gate.moves.take = after("in the gate, before its commit", _holding(gate.moves.take))
    delivery._send = before("after the gate's commit, before the call", delivery._send)
    Connection._send_body = before("in the call, before the last dot", Connection._send_body)
    Connection._send_body = after("in the call, after the answer", Connection._send_body)
    delivery.record = before("between the answer and its record", delivery.record)
    receipts._record = after("in the record, before its commit", receipts._record)
    delivery.record = after("after the record", delivery.record)


def _holding(take: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:
        taken = take(*args)
        _held["message"] = taken[0].message.id if taken else None
        return taken

    return run


__all__ = ["app"]
