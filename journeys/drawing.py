"""A graph as a picture, top down: where each step stands, how its branches run. Pure; nothing is stored.

Each step stands under the first step that leads to it, in the order of its branches, so that a reader's eye
goes down and left to right as a customer does. A branch without a target is drawn down to an end of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

WIDTH, HEIGHT = 236, 92
END_WIDTH, END_HEIGHT = 84, 34
GAP, DROP = 30, 64
NAMELESS = {"", "next"}
USUAL = ["held_out", "again", "happened", "timed_out", "sent", "not_sent", "else", "next"]
USUAL += ["passed", "missing", "exhausted", "failed"]
CASES = ("rules", "cases", "for", "parts")  # settings whose order is that of the branches
LOOKS = {"call_webhook": "send", "rate_gate": "wait", "split": "branch-step", "holdout": "branch-step"}
TRIGGER = "trigger"
SEND, WAIT = "send", "wait"

Json = Mapping[str, Any]


@dataclass
class Box:
    """A step, the trigger or an end, and its place."""

    id: str
    kind: str
    settings: Json
    depth: int
    x: float = 0.0
    y: float = 0.0
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def look(self) -> str:
        """The class by which the page colours it."""
        if self.kind.startswith(SEND):
            return SEND
        if self.kind.startswith(WAIT):
            return WAIT
        return "branch-step" if self.kind.startswith("branch") else LOOKS.get(self.kind, self.kind)

    @property
    def style(self) -> str:
        """Its place, in CSS."""
        return f"left:{self.x:.0f}px;top:{self.y:.0f}px;width:{self.width:.0f}px;height:{self.height:.0f}px"


@dataclass(frozen=True)
class Edge:
    """A way from one box to another, by these branches (none: all); `x`, `y` is where their names stand."""

    branches: tuple[str, ...]
    path: str
    x: float
    y: float
    is_back: bool


@dataclass
class Drawing:
    """All boxes and edges, and how much room they need."""

    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def draw(graph: Json) -> Drawing:
    """The picture of a graph; of a broken one, what of it can be read."""
    steps = {
        str(step["id"]): step
        for step in graph.get("steps") or []
        if isinstance(step, dict) and step.get("id")
    }
    boxes: dict[str, Box] = {TRIGGER: Box(TRIGGER, TRIGGER, _dict(graph.get("trigger")), 0, height=58)}
    children: dict[str, list[str]] = {TRIGGER: []}
    links: list[tuple[str, str, str]] = []
    for parent, branch, child in _walk(graph, steps):
        links.append((parent, branch, child))
        if child in boxes:
            continue
        step = steps.get(child)
        depth = boxes[parent].depth + 1
        boxes[child] = (
            Box(child, str(step.get("kind", "")), _dict(step.get("settings")), depth)
            if step
            else Box(child, "end", {}, depth, width=END_WIDTH, height=END_HEIGHT)
        )
        children[child] = []
        children[parent].append(child)
    backs = _sink(boxes, links)
    _spread(boxes, children)
    _stack(boxes)
    width = max(box.x + box.width for box in boxes.values()) + GAP
    ways: dict[tuple[str, str], list[str]] = {}
    for start, branch, end in links:
        ways.setdefault((start, end), []).append(branch)
    edges = [
        _edge(boxes[start], _named(branches), boxes[end], is_back=(start, end) in backs)
        for (start, end), branches in ways.items()
    ]
    height = max(box.y + box.height for box in boxes.values())
    return Drawing(list(boxes.values()), edges, width, height + 8)


def _named(branches: list[str]) -> tuple[str, ...]:
    """The names of branches that lead the same way; none where the usual one is among them."""
    return () if NAMELESS & set(branches) else tuple(branches)


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _walk(graph: Json, steps: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Each branch once, in the order in which a customer may come to it; an end is `step/branch`."""
    start = str(graph.get("start") or "")
    yield TRIGGER, "", start if start in steps else "trigger/"
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop(0)
        if here not in steps:
            continue
        for branch, target in _branches(steps[here]):
            child = str(target) if target in steps else f"{here}/{branch}"
            yield here, str(branch), child
            if child in steps and child not in seen:
                seen.add(child)
                waiting.append(child)


def _branches(step: Json) -> list[tuple[str, Any]]:
    """A step's branches in their order, which its JSON has lost: as its cases name them, usual ones last."""
    targets = _dict(step.get("branches"))
    if not targets:
        return [] if step.get("kind") == "exit" else [("next", None)]
    settings = _dict(step.get("settings"))
    cases = [case for name in CASES if isinstance(settings.get(name), list) for case in settings[name]]
    named = [str(case.get("branch")) for case in cases if isinstance(case, dict)]
    order = [*named, *USUAL]
    places = {branch: order.index(branch) if branch in order else len(named) for branch in targets}
    return sorted(targets.items(), key=lambda pair: places[pair[0]])


def _sink(boxes: dict[str, Box], links: list[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """Put each box below all that lead to it; returns the ways back, which don't count for that."""
    following: dict[str, list[str]] = {name: [] for name in boxes}
    for start, _branch, end in links:
        following[start].append(end)
    backs: set[tuple[str, str]] = set()
    order: list[str] = []
    is_open: dict[str, bool] = {TRIGGER: True}
    path = [(TRIGGER, iter(following[TRIGGER]))]
    while path:
        here, left = path[-1]
        end = next(left, "")
        if not end:
            order.append(here)
            is_open[here] = False
            path.pop()
        elif end not in is_open:
            is_open[end] = True
            path.append((end, iter(following[end])))
        elif is_open[end]:
            backs.add((here, end))
    for start in reversed(order):
        for end in following[start]:
            if (start, end) not in backs:
                boxes[end].depth = max(boxes[end].depth, boxes[start].depth + 1)
    return backs


def _spread(boxes: dict[str, Box], children: dict[str, list[str]]) -> None:
    """Give each box its `x`, above the middle of its own, which stand behind it in `boxes`."""
    needed: dict[str, float] = {}
    rooms: dict[str, float] = {}
    for name in reversed(boxes):
        below = children[name]
        needed[name] = sum(rooms[child] for child in below) + GAP * max(0, len(below) - 1)
        rooms[name] = max(boxes[name].width, needed[name])
    lefts: dict[str, float] = {TRIGGER: GAP}
    for name, box in boxes.items():
        place = lefts[name] + max(0.0, (box.width - needed[name]) / 2)
        for child in children[name]:
            lefts[child] = place
            place += rooms[child] + GAP
        box.x = lefts[name] + (rooms[name] - box.width) / 2


def _stack(boxes: dict[str, Box]) -> None:
    """Rows as high as their highest box; of two that would meet in a row the right one moves on."""
    y = 8.0
    for _depth, row in groupby(
        sorted(boxes.values(), key=lambda box: (box.depth, box.x)), lambda box: box.depth
    ):
        free = highest = 0.0
        for box in row:
            box.x, box.y = max(box.x, free), y
            free, highest = box.x + box.width + GAP, max(highest, box.height)
        y += highest + DROP


def _edge(start: Box, branches: tuple[str, ...], end: Box, *, is_back: bool) -> Edge:
    x1, y1 = start.x + start.width / 2, start.y + start.height
    x2, y2 = end.x + end.width / 2, end.y
    if is_back:  # around the right side
        x1, y1 = start.x + start.width, start.y + start.height / 2
        x2, y2 = end.x + end.width, end.y + end.height / 2
        out = max(x1, x2) + GAP
        return Edge(
            branches, f"M{x1} {y1} C{out} {y1} {out} {y2} {x2 + 7} {y2}", out - 8, (y1 + y2) / 2, is_back=True
        )
    middle = y1 + DROP / 2 if end.depth == start.depth + 1 else y2 - DROP / 2
    path = f"M{x1} {y1} C{x1} {middle + 6} {x2} {middle - 6} {x2} {y2 - 6}"
    return Edge(
        branches, path, (x1 + x2) / 2 if x1 == x2 else x2 + (x1 - x2) * 0.28, middle + 4, is_back=False
    )
