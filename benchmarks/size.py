"""How much is measured: as the figures are quoted, or just enough to see that every one can be taken."""

from typing import NamedTuple


class Size(NamedTuple):
    """Rows before the run, and what each figure takes; `growth`: how many times the rows there are later.

    `days`: how far back is simulated. `crowd`: customers of whom all are asked.
    `over`: seconds over which those who are due leave; `rest`: seconds of doing nothing.
    `month`: customers of a month that is walked in a rehearsal. `imported`: rows of a file.
    `merged`: events of each of two who are merged.
    `waiting`, `journeys`: enrollments that wait in other journeys, and how many are live then.
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
    days: int
    crowd: int
    live: int
    live_per_second: int
    drained: int
    due: int
    over: int
    rest: int
    month: int
    waiting: int
    journeys: int
    imported: int
    merged: int


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
    days=30,
    crowd=100_000,
    live=10_000,
    live_per_second=1_000,
    drained=4_000,
    due=5_000,
    over=10,
    rest=10,
    month=1_000,
    waiting=1_000_000,
    journeys=200,
    imported=100_000,
    merged=5_000,
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
    days=5,
    crowd=400,
    live=40,
    live_per_second=40,
    drained=10,
    due=10,
    over=1,
    rest=1,
    month=60,
    waiting=200,
    journeys=6,
    imported=300,
    merged=50,
)
