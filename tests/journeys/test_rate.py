"""Never more than the rate in any window, in order, and nobody waits for ever."""

from bisect import bisect_right
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys import engine
from journeys.models import Enrollment, RateUse, StepLog
from journeys.queries import stuck
from journeys.rate import Arrival, Use, take_turns
from journeys.step import Rate
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import enrolled, live, step
from tests.threads import at_once

MINUTE = Rate(3, 60)
SECOND = timedelta(seconds=1)


@given(
    most=st.integers(1, 5),
    gaps=st.lists(st.tuples(st.floats(0, 40), st.integers(0, 4)), max_size=25),
    lags=st.lists(st.floats(0, 90), min_size=1, max_size=5),
)
def test_a_rate_is_never_passed_and_all_get_through_in_order(most, gaps, lags):
    """Customers come in crowds; those who wait ask again when they were told to, or later."""
    rate, use, now, number = Rate(most, 60), Use(), NOON, 0
    coming = []
    for gap, many in gaps:
        now += timedelta(seconds=gap)
        coming += [(now, number + n, None) for n in range(many)]
        number += many
    passed = []
    while coming:
        now = max(now if passed else NOON, min(at for at, _, _ in coming))
        now += timedelta(seconds=lags[len(passed) % len(lags)])
        due = sorted((one for one in coming if one[0] <= now), key=lambda one: one[1])
        coming = [one for one in coming if one[0] > now]
        turns, use = take_turns(rate, use, [Arrival(planned) for _, _, planned in due], now)
        for (_, who, _), turn in zip(due, turns, strict=True):
            if turn.is_mine:
                passed.append((now, who))
            else:
                assert turn.at > now
                coming.append((turn.at, who, turn.at))
    moments = [at for at, _ in passed]
    for place, at in enumerate(moments):
        assert place + 1 - bisect_right(moments, at - timedelta(seconds=60)) <= most
    assert [who for _, who in passed] == list(range(number))


def test_who_waits_goes_at_the_moment_a_place_becomes_free_and_newcomers_go_behind():
    turns, use = take_turns(MINUTE, Use(), [Arrival(None)] * 5, NOON)
    assert [turn.is_mine for turn in turns] == [True, True, True, False, False]
    later = turns[-1].at
    assert NOON + 60 * SECOND < later <= NOON + 62 * SECOND

    newcomer, use = take_turns(MINUTE, use, [Arrival(None)] * 2, later - SECOND)
    assert [turn.is_mine for turn in newcomer] == [False, False]
    waited, use = take_turns(MINUTE, use, [Arrival(later)] * 2, later)
    assert [turn.is_mine for turn in waited] == [True, True]
    assert newcomer[0].at == later
    assert newcomer[1].at > later + 55 * SECOND


def test_a_gate_that_nobody_used_for_a_while_is_empty():
    _, use = take_turns(MINUTE, Use(), [Arrival(None)] * 3, NOON)

    turns, use = take_turns(MINUTE, use, [Arrival(None)], NOON + 2 * HOUR)

    assert [turn.is_mine for turn in turns] == [True]
    assert (len(use.passed), use.planned) == (1, [])


@pytest.mark.django_db
def test_the_gate_lets_customers_through_in_the_order_in_which_they_came():
    version = live(
        step("pause", "wait", {"next": "gate"}, span="PT1M"),
        step("gate", "rate_gate", {"next": "bye"}, at_most=2, per="hour"),
        step("bye", "exit"),
    )
    rows = [enrolled(version, builders.customer(), NOON + n * SECOND) for n in range(5)]
    left = []
    now = NOON
    while now <= NOON + 3 * HOUR:
        while engine.advance(now):
            pass
        assert stuck() == []
        now += timedelta(minutes=1)

    log = StepLog.objects.filter(step="gate").order_by("id")
    left = [(row.enrollment_id, row.left_at) for row in log]
    assert [pk for pk, _ in left] == [row.pk for row in rows]
    moments = [at for _, at in left]
    assert moments[:2] == [NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)]
    assert [
        HOUR < later - earlier < HOUR * 1.05 for earlier, later in zip(moments, moments[2:], strict=False)
    ] == [True] * 3
    assert RateUse.objects.count() == 1


@pytest.mark.django_db
def test_a_gate_at_the_start_counts_for_all_versions():
    gate = step("gate", "rate_gate", at_most=1, per="day")
    old = live(gate)
    new = live(gate, slug="other")
    first, second = enrolled(old, builders.customer()), enrolled(old, builders.customer())
    elsewhere = enrolled(new, builders.customer())

    while engine.advance(NOON):
        pass

    for one in (first, second, elsewhere):
        one.refresh_from_db()
    assert (first.standing, second.standing, elsewhere.standing) == ("ended", "due", "ended")
    assert NOON + DAY < second.due_at <= NOON + DAY * 1.01
    assert second.fate == "waiting"


@pytest.mark.django_db(transaction=True)
def test_two_workers_together_let_through_no_more_than_the_rate():
    version = live(
        step("one", "rate_gate", {"next": "two"}, at_most=7, per="hour"),
        step("two", "rate_gate", {"next": "bye"}, at_most=5, per="hour"),
        step("bye", "exit"),
    )
    for _ in range(40):
        enrolled(version, builders.customer())

    def advance():
        for _ in range(30):
            engine.advance(NOON, limit=3)

    at_once(advance, advance)

    passed = Counter(StepLog.objects.values_list("step", flat=True))
    assert (passed["one"], passed["two"]) == (7, 5)
    assert not Enrollment.objects.exclude(error="").exists()
