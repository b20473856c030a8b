"""Looking at processes of this machine: whether one lives, what it runs, and how to end it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")


def command_of(pid: int) -> str:
    """The command line of a living process; empty where there is none, also for a zombie."""
    if PROC.joinpath("self/stat").exists():
        try:
            return (
                PROC.joinpath(str(pid), "cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
        except OSError:
            return ""
    words = ["ps", "-o", "command=", "-p", str(pid)]
    listed = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return "" if listed.startswith("(") or listed.endswith("<defunct>") else listed


def runs(pid: int, *marks: str) -> bool:
    """Whether process `pid` lives and its command line has all `marks`: a reused number has not."""
    command = command_of(pid)
    return bool(command) and all(mark in command for mark in marks)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until `condition` holds, at most `seconds`; returns whether it did."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may be gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def send_group(group: int, number: signal.Signals) -> None:
    """Signal a process group that may be gone already."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses where only zombies are left
        return


def tail(log: Path, lines: int = 5) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
