"""The seven stages as a picture: hexagons that rise along an arc, and the flows between them. Pure geometry.

Flows onward run above the hexagons and returns below them, each with its own two ends, so that a way back is
never hidden inside a way forward.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

WIDTH = 1120
MARGIN, STEP = 80, 160
BASE, RISE = 285, 62  # the height of the first hexagon, and how far the last stands above it
SMALLEST, LARGEST = 21, 46
TALLIES = 9  # flows whose number is written beside them


@dataclass(frozen=True)
class Flow:
    """How many moves led from one stage to another."""

    start: int
    end: int
    moves: int


@dataclass(frozen=True)
class Hexagon:
    """One stage: its number, where it stands, its outline."""

    number: int
    x: float
    y: float
    radius: float
    points: str


@dataclass(frozen=True)
class Arc:
    """One flow as it is drawn."""

    flow: Flow
    path: str
    width: float
    is_back: bool
    x: float
    y: float
    tells: bool


def frame(shapes: Sequence[Arc]) -> str:
    """The part of the plane that the picture fills, as an SVG's viewBox: as high as its highest arcs need."""
    top = min([BASE - RISE - LARGEST - 24, *(arc.y - 26 for arc in shapes)])
    bottom = max([BASE + LARGEST + 84, *(arc.y + 22 for arc in shapes)])
    return f"0 {top:.0f} {WIDTH} {bottom - top:.0f}"


def hexagons(counts: Mapping[int, int]) -> list[Hexagon]:
    """The seven, in area by how many customers stand in each."""
    most = max([1, *counts.values()])
    return [_hexagon(number, sqrt(counts.get(number, 0) / most)) for number in range(1, 8)]


def _hexagon(number: int, size: float) -> Hexagon:
    x = MARGIN + STEP * (number - 1)
    y = BASE - RISE * ((number - 1) / 6) ** 2
    radius = SMALLEST + (LARGEST - SMALLEST) * size
    corners = [(x + radius * sin(pi * k / 3), y - radius * cos(pi * k / 3)) for k in range(6)]
    return Hexagon(number, x, y, radius, " ".join(f"{a:.1f},{b:.1f}" for a, b in corners))


def arcs(flows: Sequence[Flow], stages: Sequence[Hexagon]) -> list[Arc]:
    """Each flow as a curve, the widest first, so that narrow ones lie on top and can be pointed at."""
    moves = sorted((flow for flow in flows if flow.moves), key=lambda flow: -flow.moves)
    most = max([1, *(flow.moves for flow in moves)])
    places = {stage.number: stage for stage in stages}
    return [
        _arc(flow, places[flow.start], places[flow.end], flow.moves / most, tells=rank < TALLIES)
        for rank, flow in enumerate(moves)
    ]


def _arc(flow: Flow, start: Hexagon, end: Hexagon, size: float, *, tells: bool) -> Arc:
    """A cubic curve whose ends stand a little apart, so that flows of one stage don't hide each other."""
    is_back = flow.end < flow.start
    span = abs(flow.end - flow.start)
    lean = 10 if not is_back else -10
    if is_back:  # beneath the name and the count
        (x1, y1), (x2, y2) = (start.x + lean, start.y + LARGEST + 70), (end.x - lean, end.y + LARGEST + 70)
        bend = 26 + 22 * span
    else:
        (x1, y1), (x2, y2) = (
            (start.x + lean, start.y - start.radius - 4),
            (end.x - lean, end.y - end.radius - 4),
        )
        bend = -(34 + 30 * span)
    path = f"M{x1:.1f} {y1:.1f} C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 + bend:.1f} {x2:.1f} {y2:.1f}"
    middle = (y1 + y2) / 2 + 0.75 * bend
    return Arc(flow, path, 1.5 + 14 * size, is_back, (x1 + x2) / 2, middle, tells)
