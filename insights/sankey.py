"""Flows between stages as a Sankey diagram: from the left to the right, returns with ends of their own. Pure.

On the left stand the stages that customers left, on the right those to which they came; who came back to an
earlier stage comes to the stage's second block, so a way back is never hidden inside a way forward.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LEFT, RIGHT = 1120, 230, 920
BLOCK, GAP, ROOM = 16, 14, 520  # a block's width, between blocks, the height of all ribbons together
ASIDE = 8  # between a block and its name
TOP = 12
THINNEST = 1.5


@dataclass(frozen=True)
class Ribbon:
    """One flow as it is drawn: a closed shape, from one stage (0: none yet) to another."""

    start: int
    end: int
    moves: int
    is_back: bool
    path: str


@dataclass(frozen=True)
class Block:
    """One end: a stage on one side, with all that leaves or comes there."""

    stage: int
    moves: int
    is_back: bool
    x: float
    y: float
    height: float

    @property
    def name_x(self) -> float:
        """Where its name begins, or ends on the left."""
        return self.x - ASIDE if self.x < LEFT else self.x + BLOCK + ASIDE

    @property
    def middle(self) -> float:
        """Where its name stands."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Sankey:
    """The whole drawing."""

    ribbons: list[Ribbon]
    sources: list[Block]
    ends: list[Block]
    width: int
    height: float


def sankey(flows: Sequence[tuple[int, int, int]]) -> Sankey:
    """Lay out flows: where from (0: no stage yet), where to, how many."""
    drawn = [flow for flow in sorted(flows) if flow[2] > 0]
    scale = ROOM / max(1, sum(moves for _start, _end, moves in drawn))
    sources = _blocks([(start, moves, False) for start, _end, moves in drawn], LEFT - BLOCK, scale)
    ends = _blocks([(end, moves, _is_back(start, end)) for start, end, moves in drawn], RIGHT, scale)
    froms = {block.stage: block.y for block in sources}
    tos = {(block.is_back, block.stage): block.y for block in ends}
    ribbons = []
    for start, end, moves in drawn:
        key = (_is_back(start, end), end)
        ribbons.append(Ribbon(start, end, moves, key[0], _path(froms[start], tos[key], moves * scale)))
        froms[start] += moves * scale
        tos[key] += moves * scale
    bottom = max([block.y + block.height for block in (*sources, *ends)], default=TOP)
    return Sankey(ribbons, sources, ends, WIDTH, bottom + TOP)


def _is_back(start: int, end: int) -> bool:
    return end < start


def _blocks(parts: Sequence[tuple[int, int, bool]], x: float, scale: float) -> list[Block]:
    """One block for each stage and direction, onward ones first, each as high as its flows together."""
    sums: dict[tuple[bool, int], int] = {}
    for stage, moves, is_back in parts:
        sums[is_back, stage] = sums.get((is_back, stage), 0) + moves
    blocks, y = [], float(TOP)
    for is_back, stage in sorted(sums):
        height = sums[is_back, stage] * scale
        blocks.append(Block(stage, sums[is_back, stage], is_back, x, y, height))
        y += max(height, 18) + GAP  # room for the name
    return blocks


def _path(start: float, end: float, height: float) -> str:
    """A band between two heights, bent in the middle."""
    thick, middle = max(height, THINNEST), (LEFT + RIGHT) / 2
    there = f"M{LEFT} {start:.1f} C{middle} {start:.1f} {middle} {end:.1f} {RIGHT} {end:.1f}"
    start, end = start + thick, end + thick
    return f"{there} V{end:.1f} C{middle} {end:.1f} {middle} {start:.1f} {LEFT} {start:.1f}Z"
