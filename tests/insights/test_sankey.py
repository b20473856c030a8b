import itertools

import pytest

from insights.sankey import ROOM, sankey

FLOWS = [(0, 1, 10), (1, 2, 30), (1, 3, 10), (3, 1, 20), (2, 1, 10), (2, 3, 0)]


def test_returns_have_ends_of_their_own() -> None:
    drawn = sankey(FLOWS)

    assert [(block.stage, block.is_back, block.moves) for block in drawn.ends] == [
        (1, False, 10), (2, False, 30), (3, False, 10), (1, True, 30),
    ]  # fmt: skip
    assert [(block.stage, block.moves) for block in drawn.sources] == [(0, 10), (1, 40), (2, 10), (3, 20)]


def test_heights_are_in_proportion() -> None:
    drawn = sankey(FLOWS)

    assert sum(block.height for block in drawn.ends) == pytest.approx(ROOM)
    assert [block.height / drawn.sources[0].height for block in drawn.sources] == [1, 4, 1, 2]


def test_blocks_do_not_overlap_and_the_drawing_holds_them() -> None:
    drawn = sankey(FLOWS)

    for side in (drawn.sources, drawn.ends):
        assert all(one.y + one.height < next_one.y for one, next_one in itertools.pairwise(side))
        assert side[-1].y + side[-1].height < drawn.height


def test_ribbons_are_one_for_each_flow_that_there_is() -> None:
    ribbons = sankey(FLOWS).ribbons

    assert {(one.start, one.end, one.moves, one.is_back) for one in ribbons} == {
        (0, 1, 10, False), (1, 2, 30, False), (1, 3, 10, False), (3, 1, 20, True), (2, 1, 10, True),
    }  # fmt: skip


def test_nothing_moves() -> None:
    assert sankey([]).ribbons == []
