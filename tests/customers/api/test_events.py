from datetime import timedelta

import pytest

from tests.builders import DAY, NOON, customer, event, source
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/events/"


def test_events_tell_whose_they_are_and_where_they_came_from():
    one = customer()
    event(one, "Order Completed", properties={"total": 5}, source=source("shop"))
    event(one, "$stage_changed")

    newest, oldest = results(client("read").get(URL))

    assert (newest["name"], newest["source"]) == ("$stage_changed", None)
    assert (oldest["customer"], oldest["properties"], oldest["source"]) == (
        str(one.public_id),
        {"total": 5},
        "shop",
    )
    assert client("read").get(f"{URL}{oldest['id']}/").json() == oldest


def test_events_are_filtered_by_customer_name_and_time():
    one, other = customer(), customer()
    for day in range(4):
        event(one, "Viewed", at=NOON + day * DAY)
    event(one, "Ordered", at=NOON + DAY)
    event(other, "Viewed", at=NOON + DAY)

    found = results(
        client("read").get(
            URL,
            {
                "customer": one.public_id,
                "name": "Viewed",
                "since": (NOON + DAY).isoformat(),
                "until": (NOON + 3 * DAY - timedelta(seconds=1)).isoformat(),
            },
        )
    )

    assert [row["occurred_at"] for row in found] == ["2025-03-05T12:00:00Z", "2025-03-04T12:00:00Z"]
