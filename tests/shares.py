"""In which order tests run where several processes share them: each begins with what takes longest."""

from typing import TypeVar

T = TypeVar("T")
# The marks of what takes long, by the process that begins with it. What is drawn stays with one installation.
HEADS = (("faults",), ("browser", "benchmarks"))


def in_shares(heads: list[list[T]], rest: list[T], processes: int) -> list[T]:
    """All of them, so that each process's share begins with one of the heads.

    pytest-xdist's worksteal gives each process an equal number in a row, and whoever has done theirs takes
    from the end of another's.
    """
    left, begun, ordered = len(rest) + sum(map(len, heads)), 0, list[T]()
    for number in range(processes):
        head = [one for some in heads[number::processes] for one in some]
        size = max(left // (processes - number), len(head))
        end = begun + size - len(head)
        ordered += head + rest[begun:end]
        begun, left = end, left - size
    return ordered + rest[begun:]
