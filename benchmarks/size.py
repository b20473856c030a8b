"""How much is measured: as the figures are quoted, or just enough to see that every one can be taken."""

from typing import NamedTuple


class Size(NamedTuple):
    """Rows before the run, and what each figure takes; `growth`: how many times the rows there are later.

    `crowd`: customers of whom all are asked; `rest`: seconds of doing nothing.
    """

    customers: int
    growth: int
    runs: int
    journey: int
    batches: int
    singles: int
    new: int
    idle: int
    waits: int
    loaded: int
    per_second: int
    crowd: int
    live: int
    live_per_second: int
    drained: int
    due: int
    rest: int


FULL = Size(
    customers=10_000,
    growth=10,
    runs=3,
    journey=10_000,
    batches=400,
    singles=6_000,
    new=5_000,
    idle=200,
    waits=50,
    loaded=3_000,
    per_second=300,
    crowd=100_000,
    live=10_000,
    live_per_second=1_000,
    drained=4_000,
    due=5_000,
    rest=10,
)
QUICK = Size(
    customers=60,
    growth=2,
    runs=1,
    journey=30,
    batches=2,
    singles=40,
    new=20,
    idle=3,
    waits=2,
    loaded=20,
    per_second=40,
    crowd=400,
    live=40,
    live_per_second=40,
    drained=10,
    due=10,
    rest=2,
)
