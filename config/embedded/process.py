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


def group_runs(group: int, mark: str) -> bool:
    """Whether a process group has a living member whose command line contains `mark`."""
    if PROC.joinpath("self/stat").exists():
        return any(command and mark in command for command in map(command_of, _members(group)))
    words = ["ps", "-e", "-o", "pgid=,command="]
    listed = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    lines = (line.split(None, 1) for line in listed.splitlines())
    return any(fields[0] == str(group) and mark in fields[-1] for fields in lines if fields)


def _members(group: int) -> list[int]:
    members = []
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[2] == str(group):
            members.append(int(stat.parent.name))
    return members


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
