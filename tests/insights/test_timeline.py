from collections.abc import Callable
from typing import Any

import pytest

from channels.models import Message
from customers.models import Customer
from insights.timeline import SORTS, Cursor, timeline
from tests.builders import DAY, HOUR, NOON, customer, event

pytestmark = pytest.mark.django_db


def message(of: Customer, **fields: Any) -> Message:
    values = {"channel": "email", "source": "api", "source_id": 0, "created_at": NOON, "state": "suppressed"}
    return Message.objects.create(customer=of, **(values | {"closed_at": NOON} | fields))


def test_timeline_tells_why_a_message_was_not_sent() -> None:
    ada = customer()
    message(ada, reason="no_consent", detail="No consent for e-mail.")

    entries, after = timeline(ada)

    assert [(entry.sort, entry.row.reason) for entry in entries] == [("message", "no_consent")]
    assert after == ""


def test_timeline_puts_the_newest_first_whatever_its_sort() -> None:
    ada = customer()
    event(ada, at=NOON - HOUR)
    message(ada, closed_at=NOON)
    event(ada, "$stage_changed", at=NOON + HOUR, properties={"from": None, "to": "use"})

    entries, _after = timeline(ada)

    assert [entry.sort for entry in entries] == ["stage", "message", "event"]


def test_timeline_pages_show_each_entry_once() -> None:
    ada = customer()
    for number in range(7):
        event(ada, at=NOON + (number // 3) * DAY)
        message(ada, closed_at=NOON + (number // 2) * DAY)
    seen, after = [], ""
    while True:
        entries, after = timeline(ada, after=after, limit=3)
        seen += [(entry.sort, entry.pk) for entry in entries]
        if not after:
            break

    assert len(seen) == len(set(seen)) == 14
    assert seen == [(entry.sort, entry.pk) for entry in timeline(ada)[0]]


def test_timeline_asks_one_query_per_source(django_assert_num_queries: Callable[..., Any]) -> None:
    ada = customer()
    for _number in range(5):
        event(ada)
        message(ada)

    with django_assert_num_queries(5):
        timeline(ada)


@pytest.mark.parametrize("sort", SORTS)
def test_timeline_of_each_sort_is_of_that_customer_only(sort: str) -> None:
    message(customer())

    assert timeline(customer(), sort) == ([], "")


@pytest.mark.parametrize(
    "text", ["", "x", "2025-01-01~1~2", "2025-01-01T00:00:00+00:00~a~1", "~~", "\x00~1~1"]
)
def test_cursor_bears_what_is_none(text: str) -> None:
    assert Cursor.parse(text) is None
