"""How long something lasts, where some of it has not ended yet: the product-limit estimator. Pure.

"Nonparametric Estimation from Incomplete Observations", Journal of the American Statistical Association 53
(1958), 457-481.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Survival:
    """The share that lasts longer than each of `times`, in order; before the first one it is all."""

    times: tuple[int, ...]
    shares: tuple[float, ...]
    size: int

    def after(self, seconds: float) -> float:
        """The share that lasts longer than so many seconds; after the last observation it stays as it was."""
        place = bisect_right(self.times, seconds)
        return self.shares[place - 1] if place else 1.0

    def quantile(self, part: float) -> timedelta | None:
        """After how long this part of all has ended; None where fewer have been seen to end."""
        for time, share in zip(self.times, self.shares, strict=True):
            if share <= 1 - part + 1e-12:
                return timedelta(seconds=time)
        return None


def survival(ended: Mapping[int, int], open_still: Mapping[int, int]) -> Survival:
    """From how many ended after how many seconds, and how many had lasted so long when they were last seen.

    What was last seen at the moment at which another one ended was still there to end.
    """
    left_by = Counter(ended)
    left_by.update(open_still)
    at_risk = size = sum(left_by.values())
    share, times, shares = 1.0, [], []
    for time in sorted(left_by):
        if count := ended.get(time, 0):
            share *= 1 - count / at_risk
            times.append(time)
            shares.append(share)
        at_risk -= left_by[time]
    return Survival(tuple(times), tuple(shares), size)


@dataclass(frozen=True)
class Incidence:
    """The share that has ended in one of several ways by each of `times`, in order; before them none."""

    times: tuple[int, ...]
    shares: tuple[float, ...]

    def by(self, seconds: float) -> float:
        """The share that has ended so by so many seconds."""
        place = bisect_right(self.times, seconds)
        return self.shares[place - 1] if place else 0.0


def incidence(
    ended: Mapping[int, int], otherwise: Mapping[int, int], open_still: Mapping[int, int]
) -> Incidence:
    """The same for one way of ending where there are others: with these and what lasts it makes up all.

    The Aalen-Johansen estimator, Scandinavian Journal of Statistics 5 (1978), 141-150.
    """
    all_ended = Counter(ended)
    all_ended.update(otherwise)
    left_by = all_ended + Counter(open_still)
    at_risk = sum(left_by.values())
    lasting, share, times, shares = 1.0, 0.0, [], []
    for time in sorted(left_by):
        if count := ended.get(time, 0):
            share += lasting * count / at_risk
            times.append(time)
            shares.append(share)
        lasting *= 1 - all_ended[time] / at_risk
        at_risk -= left_by[time]
    return Incidence(tuple(times), tuple(shares))
