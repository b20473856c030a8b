from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.circles import HEIGHT, ROOM, WIDTH, circles, labels, lens

sizes = st.integers(0, 10**7)


@given(sizes, sizes, sizes)
def test_areas_are_as_large_as_the_sets(one, both, other):
    left, right = circles(one, both, other)
    unit = max(left.radius, right.radius) ** 2 / max(one + both, other + both, 1)

    assert left.radius**2 == pytest.approx(unit * (one + both))
    assert right.radius**2 == pytest.approx(unit * (other + both))
    common = lens(left.radius, right.radius, right.x - left.x) / pi
    assert common == pytest.approx(unit * both, abs=0.01 * left.radius**2 + 0.01 * right.radius**2 + 1e-9)


@given(sizes, sizes, sizes)
def test_circles_stay_inside_the_picture(one, both, other):
    for circle in circles(one, both, other):
        assert circle.x - circle.radius >= 0
        assert circle.x + circle.radius <= WIDTH
        assert circle.y - circle.radius >= 0
        assert circle.y + circle.radius <= HEIGHT


def test_a_set_inside_another_is_drawn_inside():
    left, right = circles(90, 10, 0)

    assert right.x + right.radius <= left.x + left.radius + 0.01
    assert lens(left.radius, right.radius, right.x - left.x) == pytest.approx(pi * right.radius**2, rel=0.01)


def test_sets_with_nothing_in_common_stand_apart():
    left, right = circles(10, 0, 10)

    assert right.x - left.x >= left.radius + right.radius - 0.01


@given(sizes, sizes, sizes)
def test_numbers_leave_each_other_room(one, both, other):
    places = labels(*circles(one, both, other))

    assert places[0] + ROOM <= places[1] <= places[2] - ROOM
    assert 0 <= places[0] <= places[2] <= WIDTH


def test_numbers_stand_in_their_parts_where_there_is_room():
    left, right = circles(100, 100, 100)
    one, both, other = labels(left, right)

    assert left.x - left.radius < one < right.x - right.radius
    assert right.x - right.radius < both < left.x + left.radius
    assert left.x + left.radius < other < right.x + right.radius
