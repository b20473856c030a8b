"""Customers per stage and the flows between stages."""

from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo

from config.period import Period
from config.tally import HOUR, first_hour
from customers.models import Stage
from customers.stages import stage_counts, stage_flows
from insights.picture import Arc, Flow, Hexagon, arcs, frame, hexagons
from insights.trend import Trend, trends


@dataclass(frozen=True)
class StageRow:
    """One stage with who is in it, and who came and left in a period."""

    stage: Stage
    customers: int
    came: int
    left: int
    hexagon: Hexagon
    trend: Trend


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


def stage_picture(period: Period, zone: tzinfo) -> StagePicture:
    """Off the tallies: who stands where, who moved from where to where, and the days of the last weeks."""
    stages = {stage.number: stage for stage in Stage.objects.order_by("number")}
    counts = dict(stage_counts())
    standing = Counter({number: count for number, count in counts.items() if number is not None})
    lines = trends(standing, period.end, zone)
    start = first_hour(period.start, period.end)
    moved = stage_flows(start, period.end + HOUR)  # with the hour that has begun
    moves = {(flow.from_stage, flow.to_stage): flow.moves for flow in moved}
    flows = [Flow(start, end, many) for (start, end), many in moves.items() if start is not None]
    shapes = hexagons(standing)
    curves = arcs(flows, shapes)
    rows = [
        StageRow(
            stages[shape.number],
            counts.get(shape.number, 0),
            sum(count for (_, end), count in moves.items() if end == shape.number),
            sum(count for (start, _), count in moves.items() if start == shape.number),
            shape,
            lines[shape.number],
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
