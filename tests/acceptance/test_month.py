"""A month walked from outside: a whole `serve`, its clock moved over HTTP, every moment where it belongs."""

from datetime import UTC, datetime, time
from operator import itemgetter
from zoneinfo import ZoneInfo

import pytest

from benchmarks.rehearsal_month import BEGINS, DAY, DAYS, SLUG, Product, open_journey, walk_month

pytestmark = pytest.mark.acceptance
CUSTOMERS = 60
ROME = ZoneInfo("Europe/Rome")


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with Product(tmp_path_factory.mktemp("month")) as running:
        open_journey(running)
        walk_month(running, CUSTOMERS)
        yield running


def all_of(product, path):
    """The rows of all pages."""
    rows, page = [], product.call("GET", path)
    while True:
        rows += page["results"]
        if not page["next"]:
            return rows
        page = product.call("GET", page["next"].partition("/api/v1/")[2])


def passed(product, enrollment):
    rows = product.call("GET", f"enrollments/{enrollment['id']}/log/")["results"]
    return [
        (row["step"], datetime.fromisoformat(row["left_at"])) for row in sorted(rows, key=itemgetter("visit"))
    ]


def next_ten(moment):
    """Ten o'clock in Rome after the moment; clocks are put forward on March 28."""
    day = moment.astimezone(ROME).date()
    tens = (datetime.combine(day + days * DAY, time(10), ROME) for days in (0, 1))
    return next(ten for ten in tens if ten > moment).astimezone(UTC)


def days_later(moment, days):
    """The same time of Rome's clocks, so many days later."""
    local = moment.astimezone(ROME)
    return datetime.combine(local.date() + days * DAY, local.time(), ROME).astimezone(UTC)


def test_everybody_is_at_each_step_when_it_was_due(product):
    enrollments = all_of(product, f"enrollments/?journey={SLUG}&page_size=500")
    assert len(enrollments) == CUSTOMERS

    end = BEGINS + DAYS * DAY
    for enrollment in enrollments:
        came = datetime.fromisoformat(enrollment["entered_at"])
        paused = days_later(came, 3)
        second = next_ten(paused)
        third = days_later(second, 7)
        due = [
            *(("first", came), ("pause", paused), ("morning", second), ("second", second)),
            *(("week", third), ("asked", third), ("third", third)),
        ]
        assert passed(product, enrollment) == [(step, at) for step, at in due if at <= end]


def test_each_mail_was_sent_at_its_moment_and_none_besides(product):
    messages = all_of(product, "messages/?page_size=500")

    starts = [BEGINS + day * DAY for day in range(DAYS)]
    each = CUSTOMERS // DAYS
    expected = [start for start in starts for _ in range(each)]
    end = BEGINS + DAYS * DAY
    seconds = [next_ten(days_later(start, 3)) for start in starts]
    later = [*seconds, *(days_later(second, 7) for second in seconds)]
    expected += [at for at in later if at <= end for _ in range(each)]
    assert {message["state"] for message in messages} == {"sent"}
    assert sorted(datetime.fromisoformat(message["sent_at"]) for message in messages) == sorted(expected)


def test_clock_says_where_it_stands_and_that_all_is_done(product):
    end = BEGINS + DAYS * DAY

    told = product.call("POST", "clock/", {"advance_by": "PT0S"})

    assert datetime.fromisoformat(told["now"]) == end
    assert (told["is_finished"], told["left"]) == (True, [])
    assert datetime.fromisoformat(product.call("GET", "clock/")["now"]) == end
