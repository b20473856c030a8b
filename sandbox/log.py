"""Read a log of Segment-shaped calls, one JSON object a line, by the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from customers.tracking.calls import Call
from customers.tracking.parse import parse_line
from customers.tracking.problems import Problem


@dataclass(frozen=True)
class BadLine:
    """A line that is no call: where it begins in the file (bytes) and what is wrong with it."""

    offset: int
    why: str


class LogReader:
    """The calls of a log in its order. A line that comes late (an earlier time than before) is not lost."""

    def __init__(self, file: BinaryIO, offset: int = 0, rejected: int = 0) -> None:
        self._file = file
        self._file.seek(offset)
        self.offset = offset
        self.rejected = rejected

    def until(self, moment: datetime) -> Iterator[Call | BadLine]:
        """The next lines up to the first call that happened after `moment`, which stays for the next time."""
        while line := self._file.readline():
            read = parse(line)
            if isinstance(read, Call) and read.occurred_at is not None and read.occurred_at > moment:
                self._file.seek(self.offset)
                return
            at, self.offset = self.offset, self.offset + len(line)
            if isinstance(read, Call):
                yield read
            elif read:
                self.rejected += 1
                yield BadLine(at, read)


def parse(line: bytes) -> Call | str:
    """The call of a line, or what is wrong with it; an empty line is neither."""
    if not line.strip():
        return ""
    try:
        return parse_line(line)
    except Problem as problem:
        places = "; ".join(f"{error['path']}: {error['message']}" for error in problem.errors)
        return places or str(problem)


def span_of(path: Path) -> tuple[datetime, datetime] | None:
    """The earliest and the latest time in a log; None where no line of it is a call with a time."""
    times = (read.occurred_at for read in _calls(path) if read.occurred_at is not None)
    first = next(times, None)
    if first is None:
        return None
    last = first
    for at in times:
        first, last = min(first, at), max(last, at)
    return first, last


def _calls(path: Path) -> Iterator[Call]:
    with path.open("rb") as file:
        for line in file:
            read = parse(line)
            if isinstance(read, Call):
                yield read
