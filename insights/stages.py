"""Customers per stage and the flows between stages."""

from dataclasses import dataclass

from config.period import Period
from customers.models import Stage
from customers.stages import stage_counts, stage_flows
from insights.picture import Arc, Flow, Hexagon, arcs, frame, hexagons


@dataclass(frozen=True)
class StageRow:
    """One stage with who is in it, and who came and left in a period."""

    stage: Stage
    customers: int
    came: int
    left: int
    hexagon: Hexagon


@dataclass(frozen=True)
class StagePicture:
    """All seven, the flows between them, and those who are in no stage yet."""

    rows: list[StageRow]
    arcs: list[Arc]
    frame: str
    flows: list[tuple[Stage, Stage, int]]
    customers: int
    unplaced: int
    returns: int
    first_moves: int


def stage_picture(period: Period) -> StagePicture:
    """Two queries: how many customers stand where, and how many moves led from where to where."""
    stages = {stage.number: stage for stage in Stage.objects.order_by("number")}
    counts = dict(stage_counts())
    moves = {(flow.from_stage, flow.to_stage): flow.moves for flow in stage_flows(period.start, period.end)}
    flows = [Flow(start, end, many) for (start, end), many in moves.items() if start is not None]
    shapes = hexagons({number: count for number, count in counts.items() if number is not None})
    curves = arcs(flows, shapes)
    rows = [
        StageRow(
            stages[shape.number],
            counts.get(shape.number, 0),
            sum(count for (_, end), count in moves.items() if end == shape.number),
            sum(count for (start, _), count in moves.items() if start == shape.number),
            shape,
        )
        for shape in shapes
        if shape.number in stages
    ]
    return StagePicture(
        rows=rows,
        arcs=curves,
        frame=frame(curves),
        flows=[(stages[f.start], stages[f.end], f.moves) for f in sorted(flows, key=lambda f: -f.moves)],
        customers=sum(counts.values()),
        unplaced=counts.get(None, 0),
        returns=sum(flow.moves for flow in flows if flow.end < flow.start),
        first_moves=sum(count for (start, _), count in moves.items() if start is None),
    )
