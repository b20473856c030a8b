"""What a journey brings about: those who were held out against all others. Pure."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Arm:
    """How many entered, and how many of them reached the goal."""

    entered: int = 0
    converted: int = 0

    @property
    def rate(self) -> float | None:
        """The share that converted; None of nobody."""
        return self.converted / self.entered if self.entered else None


@dataclass(frozen=True, slots=True)
class Lift:
    """Two arms, the difference of their rates, and the interval in which it lies with 95 % confidence."""

    treated: Arm
    held_out: Arm
    difference: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves out that the journey makes no difference."""
        return self.low > 0 or self.high < 0


def lift_of(treated: Arm, held_out: Arm) -> Lift | None:
    """The lift; None where one arm is empty.

    The interval is Newcombe's hybrid score interval, method 10 of "Interval estimation for the difference
    between independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), pages
    873 to 890: right also for few people and for rates near 0 and 1.
    """
    one, two = treated.rate, held_out.rate
    if one is None or two is None:
        return None
    low, high = _wilson(treated)
    other_low, other_high = _wilson(held_out)
    difference = one - two
    return Lift(
        treated,
        held_out,
        difference,
        difference - sqrt((one - low) ** 2 + (other_high - two) ** 2),
        difference + sqrt((high - one) ** 2 + (two - other_low) ** 2),
    )


def _wilson(arm: Arm) -> tuple[float, float]:
    """Wilson's score interval of one rate."""
    many, share = arm.entered, arm.converted / arm.entered
    middle = share + Z**2 / (2 * many)
    reach = Z * sqrt(share * (1 - share) / many + Z**2 / (4 * many**2))
    whole = 1 + Z**2 / many
    return (middle - reach) / whole, (middle + reach) / whole
