import pytest

from customers.duplicates.model import COMPARISONS, SHIPPED, SHIPPED_PAIRS, expected_share, level_of, mixed


def test_shares_of_each_field_are_a_whole():
    for levels in COMPARISONS.values():
        assert sum(level.is_one for level in levels) == pytest.approx(1)
        assert sum(level.is_other for level in levels) == pytest.approx(1, abs=0.001)


def test_shipped_shares_count_less_the_more_is_seen():
    key = ("city", "same")
    seen = dict(SHIPPED) | {key: 0.5}

    assert mixed(seen, 0)[key] == SHIPPED[key]
    assert mixed(seen, SHIPPED_PAIRS)[key] == (0.5 + SHIPPED[key]) / 2


def test_few_of_many_pairs_are_one_person():
    assert expected_share(2) == 0.01
    assert expected_share(10_001) == 0.00001


def test_levels_are_told_from_the_end():
    assert level_of("city", 0).name == "different"
    assert level_of("city", 3).name == "same"
    assert level_of("city", -1) is None
