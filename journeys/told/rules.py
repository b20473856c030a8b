"""Which rules of the step hold: one query for all rules of all steps."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from customers import rules
from journeys.told.teller import Answer, Answers, Teller
from journeys.walk import Claimed, Walk


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    asked = {(walk.place, key): rule for walk in walks for key, rule in walk.place.rules.items()}
    customers = {row.customer_id for walk in walks for row in walk.rows}
    holding = rules.matching(asked, sorted(customers), now)

    def answers(walk: Walk) -> Answer:
        return partial(_holding, [(key, holding[walk.place, key]) for key in walk.place.rules])

    return answers


def _holding(members: Sequence[tuple[str, set[int]]], row: Claimed) -> frozenset[str]:
    return frozenset([key for key, customers in members if row.customer_id in customers])


RULES = Teller("holds", lambda place: bool(place.rules), _read)
