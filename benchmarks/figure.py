"""A figure: its name, ours, the floor's; how it is shown and kept."""

import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Figure(NamedTuple):
    """One line of the table. `floor`: what the least program reached in the same run, if there is one."""

    name: str
    value: float
    unit: str
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours by the floor's: of a rate the greater is the better, of a time or a cost the smaller."""
        return self.value / self.floor if self.floor else None


def in_turns(runs: int, ours: Callable[[], T], floor: Callable[[], T]) -> tuple[list[T], list[T]]:
    """Both, so many times, one after the other: what else the machine does troubles both alike."""
    pairs = [(ours(), floor()) for _ in range(runs)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def median_rate(count: int, seconds: Sequence[float]) -> float:
    """How many a second, by the median of the times that they took."""
    return count / statistics.median(seconds)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all don't exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def told(figure: Figure) -> str:
    """One line of the table."""
    floor = "" if figure.floor is None else f"{figure.floor:,.1f}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return f"{figure.name:<24}{figure.value:>14,.1f} {figure.unit:<18}{floor:>14}{ratio:>8}"


HEAD = f"{'':<24}{'Sette':>14} {'':<18}{'floor':>14}{'ratio':>8}"


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Write figures to a file; those that it has and that were not measured now stay."""
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    known |= {figure.name: figure._asdict() | {"ratio": figure.ratio} for figure in figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(list(known.values()), indent=2) + "\n")
