"""What processes have used: CPU time and memory of a whole tree, without a library.

On Linux from /proc, memory as PSS: pages that processes share are counted once. Elsewhere from `ps`, where
memory
is RSS and counts them in each.
"""

import os
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024


class Process(NamedTuple):
    """A process, its parent, its program's name, and the CPU seconds of itself and of its ended children."""

    pid: int
    parent: int
    name: str
    cpu: float


def processes() -> list[Process]:
    """All that run now."""
    if not PROC.is_dir():
        return _from_ps()
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                found.append(_read(folder))
            except OSError:
                continue  # it has ended meanwhile
    return found


def _read(folder: Path) -> Process:
    name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
    words = rest.split()
    return Process(int(folder.name), int(words[1]), name, sum(map(int, words[11:15])) / TICKS)


def _from_ps() -> list[Process]:
    listed = subprocess.run(
        ["ps", "-Ao", "pid=,ppid=,time=,comm="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 3) for line in listed.stdout.splitlines())
    return [Process(int(pid), int(parent), Path(name).name, _seconds(cpu)) for pid, parent, cpu, name in rows]


def _seconds(text: str) -> float:
    seconds = 0.0
    for part in text.replace("-", ":").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def tree(root: int) -> list[Process]:
    """A process and all that come from it."""
    everything = processes()
    within = {root}
    grown = True
    while grown:
        more = {process.pid for process in everything if process.parent in within} - within
        within |= more
        grown = bool(more)
    return [process for process in everything if process.pid in within]


def cpu_seconds(root: int, name: str = "") -> float:
    """CPU time of a tree so far; of the programs of that name only, if one is given."""
    return sum(process.cpu for process in tree(root) if not name or process.name.startswith(name))


def memory(root: int) -> float:
    """Memory of a tree in MiB."""
    return sum(map(_memory_of, (process.pid for process in tree(root)))) / MIB


def _memory_of(pid: int) -> int:
    """Bytes of one process; 0 where it has ended meanwhile."""
    if PROC.is_dir():
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            return 0
        return _kilobytes(line.split()[1] for line in lines if line.startswith("Pss:"))
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return _kilobytes(listed.stdout.split())


def _kilobytes(numbers: Iterable[str]) -> int:
    return 1024 * sum(map(int, numbers))


class Peak:
    """The most memory that a tree had while the block ran, in MiB; looked at once a second."""

    def __init__(self, root: int) -> None:
        self.value = 0.0
        self._root = root
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.is_set():
            self.value = max(self.value, memory(self._root))
            self._end.wait(1)
