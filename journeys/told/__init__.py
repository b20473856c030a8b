"""What the engine tells steps of each customer: one file for each kind of fact, one query for all of a batch.

A step declares what it asks (journeys/step.py). Of those who walk together a fact is read at once; where it
tells them apart, the walk parts.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from journeys.graph import Place
from journeys.told.awaited import AWAITED
from journeys.told.context import CONTEXT
from journeys.told.date import DATE
from journeys.told.hour import HOUR
from journeys.told.lots import LOTS
from journeys.told.messages import MESSAGE
from journeys.told.rates import RATES
from journeys.told.reach import REACH
from journeys.told.rules import RULES
from journeys.told.teller import Teller
from journeys.told.visits import VISITS_OF_TARGET
from journeys.told.zone import ZONE
from journeys.walk import Walk

TELLERS = (AWAITED, ZONE, RULES, CONTEXT, LOTS, VISITS_OF_TARGET, DATE, MESSAGE, REACH, HOUR, RATES)


def tell(walks: Sequence[Walk], now: datetime) -> Sequence[Walk]:
    """The walks with all that their steps ask; one parts where its customers are told apart."""
    asked = {teller for walk in walks for teller in _tellers(walk.place)}
    for teller in TELLERS:
        if teller in asked:
            walks = _told(teller, walks, now)
    return walks


@lru_cache(maxsize=100_000)
def _tellers(place: Place) -> tuple[Teller, ...]:
    """Whom the step asks."""
    return tuple(teller for teller in TELLERS if teller.is_asked(place))


def _asks(walk: Walk, teller: Teller) -> bool:
    if teller not in _tellers(walk.place):
        return False
    if walk.trail:
        return not teller.only_first
    return not (teller.before_fate and walk.rows[0].fate)


def _told(teller: Teller, walks: Sequence[Walk], now: datetime) -> list[Walk]:
    told: list[Walk] = []
    asking: list[Walk] = []
    for walk in walks:
        (asking if _asks(walk, teller) else told).append(walk)
    if not asking:
        return told
    answers = teller.read(asking, now)
    for walk in asking:
        for fact, part in walk.part(answers(walk)):
            part.told = {**walk.told, teller.fact: fact}
            told.append(part)
    return told
