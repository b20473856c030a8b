"""Three real shops of ../shared/data as one log of Segment-shaped calls, in the order of time.

Each is moved by whole weeks, so that all three end in the week in which the last of them does. Their lines
are as dirty as they were: orders of nothing, cancellations without an order, orders that never arrived.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ENDS = datetime(2018, 10, 18, tzinfo=UTC)  # after the last order of the marketplace
WEEK = timedelta(weeks=1)
MOST_PRODUCTS = 60  # of one order: what is longer is no event that a shop would send
Call = dict[str, Any]


def write_log(data: Path, path: Path) -> int:
    """Write the calls of the three shops; returns how many."""
    calls = [*_cdnow(data / "cdnow"), *_retail(data / "online_retail"), *_marketplace(data / "olist_sample")]
    calls.sort(key=lambda call: (call["timestamp"], call["type"], call["messageId"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(call) + "\n" for call in calls))
    return len(calls)


def _track(user: str, event: str, at: datetime, key: str, properties: Call) -> Call:
    stamp = at.isoformat()
    return {
        "type": "track",
        "userId": user,
        "event": event,
        "timestamp": stamp,
        "messageId": f"{event}-{key}",
    } | {"properties": properties}


def _known(calls: list[Call], traits: dict[str, Call]) -> Iterator[Call]:
    """The calls moved to the end of time, with an identify of each customer at the first of theirs."""
    last = max(datetime.fromisoformat(call["timestamp"]) for call in calls)
    by = (ENDS - last) // WEEK * WEEK
    firsts: dict[str, str] = {}
    for call in calls:
        call["timestamp"] = (datetime.fromisoformat(call["timestamp"]) + by).isoformat()
        firsts[call["userId"]] = min(firsts.get(call["userId"], call["timestamp"]), call["timestamp"])
    yield from calls
    for user, stamp in firsts.items():
        yield {"type": "identify", "userId": user, "timestamp": stamp, "messageId": f"known-{user}"} | {
            "traits": traits.get(user, {}) | {"email": f"{user}@example.com", "since": stamp[:10]}
        }


def _cdnow(folder: Path) -> Iterator[Call]:
    """A CD shop's purchases, of which only the day is known; some lines are doubled."""
    calls: list[Call] = []
    with gzip.open(folder / "CDNOW_sample.txt.gz", "rt") as lines:
        for number, line in enumerate(lines):
            _whole, user, day, discs, spent = line.split()
            at = datetime.strptime(day, "%Y%m%d").replace(hour=12, tzinfo=UTC)
            order = {"order_id": f"cd-{number}", "total": float(spent), "discs": int(discs)}
            calls.append(_track(f"cdnow-{user}", "Order Completed", at, f"cd-{number}", order))
    yield from _known(calls, {call["userId"]: {"shop": "cdnow"} for call in calls})


def _retail(folder: Path) -> Iterator[Call]:
    """A wholesaler's invoices; an invoice C… takes goods back. Lines without a customer are nobody's."""
    invoices: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(folder / "online_retail_part.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"]:
                invoices[row["InvoiceNo"]].append(row)
    traits: dict[str, Call] = {}
    calls: list[Call] = []
    for number, rows in invoices.items():
        user = f"retail-{rows[0]['CustomerID']}"
        traits[user] = {"shop": "retail", "market": rows[0]["Country"]}
        at = datetime.fromisoformat(rows[0]["InvoiceDate"]).replace(tzinfo=UTC)
        total = round(sum(int(row["Quantity"]) * float(row["UnitPrice"]) for row in rows), 2)
        event = "Order Refunded" if number.startswith("C") else "Order Completed"
        order = {"order_id": number, "total": total, "lines": len(rows), "products": _goods(rows)}
        calls.append(_track(user, event, at, number, order))
    yield from _known(calls, traits)


def _goods(rows: Iterable[dict[str, str]]) -> list[Call]:
    goods = [
        {"product_id": row["StockCode"], "name": row["Description"], "quantity": int(row["Quantity"])}
        | {"price": float(row["UnitPrice"])}
        for row in rows
    ]
    return goods[:MOST_PRODUCTS]


def _marketplace(folder: Path) -> Iterator[Call]:
    """A marketplace's orders, deliveries and reviews."""
    people = {row["customer_id"]: row for row in _rows(folder, "olist_customers_dataset")}
    names = {
        row["product_category_name"]: row["product_category_name_english"]
        for row in _rows(folder, "product_category_name_translation")
    }
    categories = {
        row["product_id"]: names.get(row["product_category_name"])
        for row in _rows(folder, "olist_products_dataset")
    }
    items, payments = (
        _by_order(folder, "olist_order_items_dataset"),
        _by_order(folder, "olist_order_payments_dataset"),
    )
    calls: list[Call] = []
    users: dict[str, str] = {}
    traits: dict[str, Call] = {}
    for row in _rows(folder, "olist_orders_dataset"):
        person, order = people[row["customer_id"]], row["order_id"]
        user = users[order] = f"olist-{person['customer_unique_id']}"
        traits[user] = {"shop": "olist", "city": person["customer_city"], "state": person["customer_state"]}
        paid = payments[order]
        told = {
            "order_id": order,
            "status": row["order_status"],
            "total": round(sum(float(one["payment_value"]) for one in paid), 2),
            "payments": sorted({one["payment_type"] for one in paid}),
            "installments": max((int(one["payment_installments"]) for one in paid), default=0),
            "freight": round(sum(float(one["freight_value"]) for one in items[order]), 2),
            "products": [
                {"product_id": one["product_id"], "category": categories.get(one["product_id"])}
                | {"price": float(one["price"])}
                for one in items[order]
            ],
        }
        calls.append(_track(user, "Order Completed", _at(row["order_purchase_timestamp"]), order, told))
        if arrived := row["order_delivered_customer_date"]:
            late = (_at(arrived) - _at(row["order_estimated_delivery_date"])).days
            calls.append(
                _track(user, "Order Delivered", _at(arrived), order, {"order_id": order, "days_late": late})
            )
    for place, row in enumerate(_rows(folder, "olist_order_reviews_dataset")):
        told = {"order_id": row["order_id"], "score": int(row["review_score"])}
        told |= {"text": row["review_comment_message"]} if row["review_comment_message"] else {}
        at = _at(row["review_answer_timestamp"])
        calls.append(
            _track(users[row["order_id"]], "Product Reviewed", at, f"{row['review_id']}-{place}", told)
        )
    yield from _known(calls, traits)


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _by_order(folder: Path, name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(folder, name):
        found[row["order_id"]].append(row)
    return found


def _at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)
