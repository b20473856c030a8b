from datetime import time, timedelta

import pytest

from channels.models import Cap, QuietHours
from channels.sentences import cap_words, quiet_words


@pytest.mark.parametrize(
    ("cap", "words"),
    [
        (Cap(limit=3, window="rolling", span=timedelta(days=7)), "At most 3 in 7 days, all channels"),
        (Cap(limit=1, window="week", channel="sms"), "At most 1 in one calendar week, SMS"),
        (
            Cap(limit=2, window="day", topic="offers"),
            "At most 2 on one calendar day, all channels, about offers",
        ),
        (Cap(limit=9, window="month", channel="push"), "At most 9 in one calendar month, push"),
    ],
)
def test_cap_reads_as_a_sentence(cap: Cap, words: str) -> None:
    assert cap_words(cap) == words


def test_quiet_hours_read_as_a_sentence() -> None:
    quiet = QuietHours(starts=time(21), ends=time(9))

    assert quiet_words(quiet) == "Nothing from 21:00 to 09:00, the customer's time, all channels"
