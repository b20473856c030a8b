"""Hold a customer until the hour at which they most often read."""

from datetime import time

from config.localtime import next_moment
from journeys.step import Advance, Moment, Outcome, Step, WaitUntil

WAITED = "waited"
EVERY_DAY = frozenset(range(7))


class WaitForBestHour(Step):
    """Wait for the best local hour of the customer, a day at most; within it, or where none is known, go on.

    It is the hour of the day at which they most often opened or clicked in the last 90 days; of those who did
    little, rather that of all customers (journeys/told/hour.py).
    """

    kind = "wait_best_hour"

    @property
    def reads_zone(self) -> bool:
        """Always."""
        return True

    @property
    def reads_hour(self) -> bool:
        """Always."""
        return True

    def decide(self, moment: Moment) -> Outcome:
        """Wait once."""
        here = moment.now.astimezone(moment.zone)
        if moment.fate == WAITED or moment.hour in {None, here.hour}:
            return Advance()
        assert moment.hour is not None  # noqa: S101 - asked above
        return WaitUntil(next_moment(moment.now, time(moment.hour), EVERY_DAY, moment.zone), WAITED)
