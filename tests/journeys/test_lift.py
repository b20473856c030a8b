"""Lift and its interval, against the figures of the paper that the method is from. No database."""

import random

import pytest

from journeys.lift import Arm, lift_of


@pytest.mark.parametrize(
    ("treated", "held_out", "interval"),
    [
        (Arm(70, 56), Arm(80, 48), (0.0524, 0.3339)),
        (Arm(10, 9), Arm(10, 3), (0.1705, 0.8090)),
        (Arm(10, 0), Arm(10, 0), (-0.2775, 0.2775)),
        (Arm(10, 10), Arm(10, 0), (0.6075, 1.0)),
    ],
)
def test_the_interval_is_the_papers(treated, held_out, interval):
    lift = lift_of(treated, held_out)

    assert (round(lift.low, 4), round(lift.high, 4)) == interval
    assert lift.difference == pytest.approx(treated.rate - held_out.rate)
    assert lift.is_certain == (interval[0] > 0)


def test_there_is_none_where_an_arm_is_empty():
    assert lift_of(Arm(10, 5), Arm()) is None
    assert lift_of(Arm(), Arm(10, 5)) is None


def test_the_interval_covers_the_truth_as_often_as_it_says():
    dice = random.Random(1)

    def drawn(many, rate):
        return Arm(many, sum(dice.random() < rate for _ in range(many)))

    lifts = [lift_of(drawn(300, 0.2), drawn(60, 0.1)) for _ in range(1000)]

    assert 930 <= sum(lift.low <= 0.1 <= lift.high for lift in lifts) <= 975
