from datetime import timedelta

import pytest

from customers.chart import AXIS, BASE, LEFT, REACH, RIGHT, TOP, chart, round_up
from customers.growth import DaySize
from tests.builders import NOON

TODAY = NOON.date()


def days(*sizes: tuple[int, int, int]) -> list[DaySize]:
    return [DaySize(TODAY + timedelta(days=place), *size) for place, size in enumerate(sizes)]


def test_heights_count_from_nothing():
    drawn = chart(days((0, 0, 0), (5, 5, 0), (10, 10, 5), (0, 0, 10)))

    heights = [float(point.split(",")[1]) for point in drawn.line.split()]
    assert heights == [BASE, (BASE + TOP) / 2, TOP, BASE]
    assert drawn.levels == [(TOP, 10), ((TOP + BASE) / 2, 5), (BASE, 0)]
    assert [(bar.up, bar.down) for bar in drawn.bars] == [
        (0, 0),
        (REACH / 2, 0),
        (REACH, REACH / 2),
        (0, REACH),
    ]
    assert drawn.bars[2].top == AXIS - REACH


@pytest.mark.parametrize("count", [1, 2, 7, 30, 366])
def test_all_stays_inside_the_frame_and_few_dates_are_written(count):
    drawn = chart(days(*[(number, 1, 0) for number in range(count)]))

    assert drawn.bars[0].x >= LEFT
    assert drawn.bars[-1].x + drawn.bars[-1].width <= RIGHT
    assert len(drawn.dates) == min(5, count)
    assert (drawn.dates[0][1], drawn.dates[-1][1]) == (TODAY, TODAY + timedelta(days=count - 1))
    assert len({day for _x, day in drawn.dates}) == len(drawn.dates)


def test_nobody_is_drawn_as_a_line_on_the_ground():
    drawn = chart(days((0, 0, 0), (0, 0, 0)))

    assert {point.split(",")[1] for point in drawn.line.split()} == {f"{BASE:.1f}"}


@pytest.mark.parametrize(
    ("number", "rounded"), [(0, 2), (1, 2), (3, 4), (5, 6), (7, 10), (11, 20), (61, 100), (3214, 4000)]
)
def test_levels_read_well(number, rounded):
    assert round_up(number) == rounded
