"""What decides about stages, told again in plain Python: the property tests hold the SQL against it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class StageTerms:
    """A stage's terms, and what its rules answer of one customer at present."""

    number: int
    precedence: int
    enter: bool | None = None  # None: there is no such rule
    stay: bool | None = None
    leave: bool | None = None
    dwell: timedelta | None = None
    interrupts: bool = False
    onward: str = "any"
    back: str = "any"


@dataclass
class Held:
    """A stage by hand."""

    stage: int
    until: datetime | None = None
    yields: bool = False
    named: int | None = None


@dataclass
class Standing:
    """Where one customer stands, since when, and the moves that led there."""

    stage: int | None = None
    since: datetime | None = None
    hold: Held | None = None
    moves: list[tuple[int | None, int, datetime]] = field(default_factory=list)


def settle(standing: Standing, stages: list[StageTerms], now: datetime) -> None:
    """All that follows at this moment."""
    if standing.hold and not lasts(standing.hold, stages, now):
        standing.hold = None
    while (to := next_stage(standing, stages, now)) != standing.stage:
        assert to is not None
        standing.moves.append((standing.stage, to, now))
        standing.stage, standing.since = to, now


def lasts(hold: Held, stages: list[StageTerms], now: datetime) -> bool:
    if hold.until is not None and hold.until <= now:
        return False
    name = named(stages)
    return not (hold.yields and name is not None and name != hold.named)


def named(stages: list[StageTerms]) -> int | None:
    for stage in sorted(stages, key=lambda one: one.precedence):
        if stage.enter and not stage.leave:
            return stage.number
    return None


def next_stage(standing: Standing, stages: list[StageTerms], now: datetime) -> int | None:
    if standing.hold:
        return standing.hold.stage
    for stage in sorted(stages, key=lambda one: one.precedence):
        if stage.leave:
            continue
        if stage.number == standing.stage:
            if stage.enter or stage.stay:
                return stage.number
        elif stage.enter and may_go(standing, stage, stages, now):
            return stage.number
    return standing.stage


def may_go(standing: Standing, to: StageTerms, stages: list[StageTerms], now: datetime) -> bool:
    if standing.stage is None:
        return True
    here = next(one for one in stages if one.number == standing.stage)
    between = range(min(here.number, to.number) + 1, max(here.number, to.number))
    skips = any(one.enter is not None for one in stages if one.number in between)
    if to.number > here.number:
        if here.onward == "next" and skips:
            return False
    elif here.back == "never" or (here.back == "previous" and skips):
        return False
    dwells = here.dwell is not None and standing.since is not None and now < standing.since + here.dwell
    return not dwells or bool(here.leave) or (to.interrupts and to.number > here.number)


def next_look(standing: Standing, stages: list[StageTerms], now: datetime) -> datetime | None:
    """When time alone, with the same answers, could next change something."""
    moments = []
    if standing.hold and standing.hold.until:
        moments.append(standing.hold.until)
    here = next((one for one in stages if one.number == standing.stage), None)
    if here and here.dwell and standing.since:
        moments.append(standing.since + here.dwell)
    return min((moment for moment in moments if moment > now), default=None)
