"""Two sets as two circles whose areas, and whose common part, are as large as the sets. Pure geometry."""

from dataclasses import dataclass
from math import acos, pi, sqrt

WIDTH, HEIGHT, LARGEST = 640, 300, 120
ROOM = 72  # that a number takes
STEPS = 50  # halvings: more than a pixel can show


@dataclass(frozen=True)
class Circle:
    """Where it stands and how large it is."""

    x: float
    y: float
    radius: float


def circles(one: int, both: int, other: int) -> tuple[Circle, Circle]:
    """The circles of a set of `one + both` and a set of `other + both`, side by side about the middle."""
    left, right = one + both, other + both
    unit = LARGEST / sqrt(max(left, right, 1))
    radii = sqrt(left) * unit, sqrt(right) * unit
    distance = _distance(*radii, both * pi * unit**2)
    begin = (WIDTH - (radii[0] + distance + radii[1])) / 2
    middle = max(begin + radii[0], radii[0])
    if distance + radii[1] < radii[0]:  # the one holds the other
        middle = WIDTH / 2
    elif distance + radii[0] < radii[1]:
        middle = WIDTH / 2 - distance
    return Circle(middle, HEIGHT / 2, radii[0]), Circle(middle + distance, HEIGHT / 2, radii[1])


def labels(left: Circle, right: Circle) -> tuple[float, float, float]:
    """Where the numbers stand: in the middle of what is the one's only, of what is common, of the other's.

    Where there is too little room, the outer ones stand aside.
    """
    edges = [left.x - left.radius, left.x + left.radius, right.x - right.radius, right.x + right.radius]
    begin, end = max(edges[0], edges[2]), min(edges[1], edges[3])
    middle = (begin + end) / 2
    one, other = (edges[0] + min(begin, edges[1])) / 2, (max(end, edges[2]) + edges[3]) / 2
    return min(one, middle - ROOM), middle, max(other, middle + ROOM)


def _distance(one: float, other: float, area: float) -> float:
    """How far apart the middles are, that so much lies in both."""
    nearest, farthest = abs(one - other), one + other
    for _step in range(STEPS):
        middle = (nearest + farthest) / 2
        nearest, farthest = (middle, farthest) if lens(one, other, middle) > area else (nearest, middle)
    return farthest


def lens(one: float, other: float, distance: float) -> float:
    """What two circles have in common."""
    if distance >= one + other:
        return 0.0
    if distance <= abs(one - other):
        return pi * min(one, other) ** 2
    return _part(one, other, distance) + _part(other, one, distance)


def _part(radius: float, other: float, distance: float) -> float:
    """What the common chord cuts off one of the circles."""
    chord = (distance**2 + radius**2 - other**2) / (2 * distance)
    share = max(-1.0, min(1.0, chord / radius))
    return radius**2 * acos(share) - chord * sqrt(max(0.0, radius**2 - chord**2))
