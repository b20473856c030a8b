"""Each process begins with what takes long, and none is lost."""

import pytest

from tests.shares import in_shares


@pytest.mark.parametrize(
    ("processes", "ordered"),
    [
        (1, ["f1", "f2", "b1", 1, 2, 3, 4, 5, 6, 7]),
        (2, ["f1", "f2", 1, 2, 3, "b1", 4, 5, 6, 7]),
        (3, ["f1", "f2", 1, "b1", 2, 3, 4, 5, 6, 7]),
    ],
)
def test_each_share_begins_with_a_head(processes, ordered):
    assert in_shares([["f1", "f2"], ["b1"]], [1, 2, 3, 4, 5, 6, 7], processes) == ordered


def test_head_that_is_larger_than_a_share_stays_whole():
    assert in_shares([["f1", "f2", "f3"], []], [1], 3) == ["f1", "f2", "f3", 1]
