from collections import Counter
from datetime import timedelta

import pytest

from insights.survival import incidence, survival

# Weeks of remission under 6-MP, as published by E. J. Freireich et al., Blood 21 (1963), 699-716; the second
# list are those who were still in remission when they were last seen.
RELAPSED = Counter({6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1})
IN_REMISSION = Counter({6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1})


def test_survival_is_that_of_the_textbook() -> None:
    found = survival(RELAPSED, IN_REMISSION)

    assert found.size == 21
    assert dict(zip(found.times, [round(share, 3) for share in found.shares], strict=True)) == {
        6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448,
    }  # fmt: skip
    assert found.quantile(0.5) == timedelta(seconds=23)
    assert found.quantile(0.25) == timedelta(seconds=13)
    assert found.quantile(0.75) is None


@pytest.mark.parametrize(("seconds", "share"), [(0, 1.0), (5.9, 1.0), (6, 0.857), (9, 0.807), (99, 0.448)])
def test_survival_after_a_time_is_the_last_step_before_it(seconds: float, share: float) -> None:
    assert round(survival(RELAPSED, IN_REMISSION).after(seconds), 3) == share


def test_survival_without_what_lasts_is_the_share_itself() -> None:
    found = survival({1: 1, 2: 1, 3: 1, 4: 1}, {})

    assert found.shares == (0.75, 0.5, 0.25, 0.0)
    assert [found.quantile(part) for part in (0.25, 0.5, 0.75)] == [timedelta(seconds=s) for s in (1, 2, 3)]


def test_survival_of_nothing_says_nothing() -> None:
    assert (survival({}, {}).quantile(0.5), survival({}, {}).after(5)) == (None, 1.0)


def test_ways_of_ending_share_what_has_ended_among_them() -> None:
    """Two ways, some not ended: at each time all shares together are one, and each grows."""
    died, cured = Counter({2: 1, 6: 2, 7: 1}), Counter({3: 1, 6: 1, 10: 2})
    open_still = Counter({4: 2, 8: 1, 12: 3})
    lasting = survival(died + cured, open_still)
    by_way = [incidence(died, cured, open_still), incidence(cured, died, open_still)]

    for time in range(14):
        assert lasting.after(time) + sum(way.by(time) for way in by_way) == pytest.approx(1)
    assert [round(share, 4) for share in by_way[0].shares] == [0.0714, 0.2429, 0.3286]


def test_one_way_of_ending_is_what_does_not_last() -> None:
    found = incidence(RELAPSED, {}, IN_REMISSION)

    assert [round(1 - share, 3) for share in found.shares] == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
