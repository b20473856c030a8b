"""What the load says: a shop's calls, the same for ours and for the floor."""

import random
import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

from benchmarks.load import request

BATCH = 100
Body = dict[str, Any]
_numbers = count(time.time_ns())
_chance = random.Random(7)  # noqa: S311 - the same calls in every run


def track(customer: int, event: str, properties: Body) -> Body:
    """Something that customer number so-and-so did now."""
    return _call("track", f"c{customer}") | {"event": event, "properties": properties}


def _call(kind: str, number: str) -> Body:
    now = datetime.now(UTC).isoformat()
    return {"type": kind, "messageId": f"bench-{next(_numbers)}", "userId": number, "timestamp": now}


def shopping(customers: int) -> Body:
    """One call of a shop's day: of a hundred 70 views, 15 baskets, 10 orders, 5 new traits."""
    customer, dice = _chance.randint(1, customers), _chance.random()
    product = {"product_id": f"p{_chance.randint(1, 500)}", "price": 4.5, "department": "GROCERY"}
    if dice < 0.70:
        return track(customer, "Product Viewed", product)
    if dice < 0.85:
        return track(customer, "Product Added", product)
    if dice < 0.95:
        order = {"order_id": f"o{_chance.randint(1, 10**9)}", "total": 42.5, "departments": ["GROCERY"]}
        return track(customer, "Order Completed", order | {"products": [product, product]})
    return _call("identify", f"c{customer}") | {"traits": {"kids_count": str(_chance.randint(0, 3))}}


def newcomer() -> Body:
    """Somebody whom nobody knows yet."""
    number = next(_numbers)
    traits = {"email": f"new{number}@example.com", "firstName": "Mara", "lastName": "Conti", "city": "Roma"}
    return _call("identify", f"new{number}") | {"traits": traits}


def batch_requests(port: int, key: str, batches: int, customers: int) -> list[bytes]:
    """Requests of a hundred calls each."""
    return [
        request(port, "/v1/batch", key, {"batch": [shopping(customers) for _ in range(BATCH)]})
        for _ in range(batches)
    ]


def single_request(port: int, key: str, body: Body) -> bytes:
    """A request of one call."""
    return request(port, f"/v1/{body['type']}", key, body)
