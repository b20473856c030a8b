"""Recurrences are said as people say them, and tell when they come next."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from journeys.recurring import next_runs, recurrence_words

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)  # a Tuesday
WEEKLY = {
    "kind": "schedule",
    "segment": "vip",
    "rrule": "FREQ=WEEKLY;BYDAY=MO,TH",
    "begins": "2026-03-02T09:00",
    "zone": "Europe/Rome",
}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("freq=daily;interval=3", "every 3 days"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every week, Monday, Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=5", "every 2 weeks, 5 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month, the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "every month, day 15, the last day"),
        ("FREQ=YEARLY;UNTIL=20261231", "every year, until 31 Dec 2026"),
        ("FREQ=HOURLY;COUNT=1", "every hour, a single time"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2"),
        ("FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=XX"),
        ("FREQ=DAILY;INTERVAL=many", "FREQ=DAILY;INTERVAL=many"),
        ("FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;UNTIL=soon"),
        ("sometimes", "sometimes"),
        ("", ""),
    ],
)
def test_recurrence_is_said_in_words_or_as_it_is(rule, words):
    with override("en"):
        assert recurrence_words(rule) == words


def test_next_runs_are_told_five_at_most():
    runs = [run.isoformat() for run in next_runs(WEEKLY, NOW)]

    assert runs == [f"2026-03-{day:02d}T08:00:00+00:00" for day in (5, 9, 12, 16, 19)]
    assert len(next_runs(WEEKLY | {"rrule": "FREQ=DAILY;COUNT=4"}, NOW)) == 2
    assert next_runs(WEEKLY | {"rrule": "FREQ=SOMETIMES"}, NOW) == []
