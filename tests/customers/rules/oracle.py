"""What rules mean, told a second time in plain Python: the property tests hold the SQL against it."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

import re2

from customers.commerce.reading import written
from customers.rules.texts import parse_span

ROME = ZoneInfo("Europe/Rome")  # where the tests' brand is


@dataclass
class Happening:
    """One event."""

    name: str
    at: datetime
    properties: dict[str, Any]


@dataclass
class Person:
    """All that a rule may ask of a customer."""

    traits: dict[str, Any]
    stage: str | None = None
    segments: set[str] = field(default_factory=set)
    consents: dict[tuple[str, str], bool] = field(default_factory=dict)
    events: list[Happening] = field(default_factory=list)
    moves: list[tuple[datetime, str | None, str]] = field(default_factory=list)
    seen: tuple[datetime, datetime] | None = None
    country: str = ""
    public_id: str = ""


def holds(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    """Whether the rule holds for the person at `now`."""
    if "field" in tree:
        return FAMILIES[tree["field"]](tree, person, now)
    parts = [holds(part, person, now) for part in tree.get("rules", [])]
    if not parts:
        return False
    answer = all(parts) if tree.get("combinator", "and") == "and" else any(parts)
    return answer != tree.get("not", False)


def passes(where: list[dict[str, Any]] | dict[str, Any] | None, properties: dict[str, Any]) -> bool:
    """Whether an event's properties pass all filters of a list, or the group."""
    if isinstance(where, dict):
        if "rules" not in where:
            return asked(where, properties, where["property"], None)
        parts = [passes(part, properties) for part in where["rules"]]
        return (all(parts) if where.get("combinator", "and") == "and" else any(parts)) != where.get(
            "not", False
        )
    return all(passes(part, properties) for part in where or [])


def reached(value: Any, path: str) -> list[Any]:
    """The values at `path`; a list on the way, or at the end, stands for its elements."""
    values = [value]
    for key in path.split("."):
        values = [
            part[key.removesuffix("[]")]
            for part in flat(values)
            if isinstance(part, dict) and key.removesuffix("[]") in part
        ]
        if key.endswith("[]"):
            values = flat(values)
    return values


def flat(values: list[Any]) -> list[Any]:
    return [part for value in values for part in (value if isinstance(value, list) else [value])]


def asked(tree: dict[str, Any], source: dict[str, Any], path: str, now: datetime | None) -> bool:
    operator, wanted = tree["operator"], tree.get("value")
    if operator in ("before", "after", "within_last", "older_than", "within_next"):
        at = moment(next(iter(reached(source, path)), None))
        return at is not None and in_time(operator, at, wanted, now)
    if operator in OPPOSITES:
        return not asked(tree | {"operator": OPPOSITES[operator]}, source, path, now)
    return any(answers(operator, value, wanted) for value in flat(reached(source, path)))


OPPOSITES = {
    "not_equals": "equals",
    "is_not_set": "is_set",
    "is_none_of": "is_any_of",
    "not_contains": "contains",
}


def in_time(operator: str, at: datetime, wanted: str, now: datetime | None) -> bool:
    if operator == "before":
        return at < moment(wanted)
    if operator == "after":
        return at > moment(wanted)
    if operator == "older_than":
        return at <= now - parse_span(wanted)
    if operator == "within_next":
        return now < at <= now + parse_span(wanted)
    return now - parse_span(wanted) < at <= now


def moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not re.fullmatch(
        r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", value
    ):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if 1900 <= at.year < 3000 else None


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float | Decimal) else type(value).__name__


def answers(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "is_set":
        return value is not None and value != ""
    if operator == "is_any_of":
        return any(answers("equals", value, one) for one in wanted)
    if operator == "between":
        return kind(value) == "number" and wanted[0] <= value <= wanted[1]
    if operator == "matches":
        return kind(value) == "str" and bool(re2.search(f"(?s){wanted}", value))
    if kind(value) != kind(wanted):
        return False
    return bool(
        {
            "equals": lambda: value == wanted,
            "contains": lambda: wanted in value,
            "starts_with": lambda: value.startswith(wanted),
            "ends_with": lambda: value.endswith(wanted),
            "greater": lambda: value > wanted,
            "at_least": lambda: value >= wanted,
            "less": lambda: value < wanted,
            "at_most": lambda: value <= wanted,
        }[operator]()
    )


def by_trait(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    return asked(tree, person.traits, tree["trait"], now)


def in_window(at: datetime, tree: dict[str, Any], now: datetime) -> bool:
    if tree.get("within") and at <= now - parse_span(tree["within"]):
        return False
    if tree.get("before") and at > now - parse_span(tree["before"]):
        return False
    if tree.get("since") and at.astimezone(ROME).date() < date.fromisoformat(tree["since"]):
        return False
    if tree.get("until") and at.astimezone(ROME).date() > date.fromisoformat(tree["until"]):
        return False
    return not tree.get("period") or in_period(at, tree["period"], now)


def in_period(at: datetime, period: str, now: datetime) -> bool:
    """By the wall calendars in Rome of both moments."""
    if period in ("today", "yesterday"):
        days = (now.astimezone(ROME).date() - at.astimezone(ROME).date()).days
        return days <= 0 if period == "today" else days == 1
    which, unit = period.split("_")
    away = unit_number(now, unit) - unit_number(at, unit)
    return away <= 0 if which == "this" else away == 1


def unit_number(moment: datetime, unit: str) -> int:
    day = moment.astimezone(ROME).date()
    if unit == "week":
        return (day.toordinal() - 1) // 7
    return {
        "month": day.year * 12 + day.month - 1,
        "quarter": day.year * 4 + (day.month - 1) // 3,
        "year": day.year,
    }[unit]


def by_event(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    events = [
        event
        for event in person.events
        if event.name == tree["event"]
        and in_window(event.at, tree, now)
        and passes(tree.get("where"), event.properties)
    ]
    figure = figured(tree.get("aggregate", "count"), events, tree.get("property"))
    wanted = Decimal(repr(tree["value"]))
    if tree["operator"] == "not_equals":
        return figure != wanted
    return figure is not None and answers(tree["operator"], figure, wanted)


def figured(aggregate: str, events: list[Happening], path: str | None) -> Decimal | None:
    if aggregate == "count":
        return Decimal(len(events))
    values = [value for event in events for value in pointed(event.properties, path)]
    if aggregate == "distinct":
        return Decimal(len({repr_of(value) for value in values if value is not None and value != ""}))
    numbers = [Decimal(repr(value)) for value in values if kind(value) == "number"]
    if aggregate == "sum":
        return sum(numbers, Decimal(0))
    if not numbers:
        return None
    with localcontext() as context:
        context.prec = 40
        return {"average": sum(numbers) / len(numbers), "minimum": min(numbers), "maximum": max(numbers)}[
            aggregate
        ]


def pointed(properties: dict[str, Any], path: str) -> list[Any]:
    if "[]" in path:
        return reached(properties, path)
    value: Any = properties
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return []
        value = value[key]
    return [value]


def repr_of(value: Any) -> str:
    return f"{kind(value)}:{Decimal(repr(value)).normalize() if kind(value) == 'number' else value!r}"


def by_stage(tree: dict[str, Any], person: Person, _now: datetime) -> bool:
    if tree["operator"] == "is_any_of":
        return person.stage in tree["value"]
    return (person.stage == tree["value"]) == (tree["operator"] == "is")


def by_segment(tree: dict[str, Any], person: Person, _now: datetime) -> bool:
    return (tree["value"] in person.segments) == (tree["operator"] == "in")


def by_consent(tree: dict[str, Any], person: Person, _now: datetime) -> bool:
    said = [
        person.consents[key]
        for key in {(tree["channel"], ""), (tree["channel"], tree.get("topic", ""))} & person.consents.keys()
    ]
    return (bool(said) and all(said)) == (tree["operator"] == "granted")


def by_stage_for(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    is_long = person.stage is not None and now - person.moves[-1][0] >= parse_span(tree["value"])
    return is_long == (tree["operator"] == "at_least")


def by_stage_from(tree: dict[str, Any], person: Person, _now: datetime) -> bool:
    came = person.moves[-1][1] == tree["value"] if person.moves else False
    return came == (tree["operator"] == "is")


def by_stage_reached(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    since = now - parse_span(tree["within"]) if tree.get("within") else datetime.min.replace(tzinfo=UTC)
    has = any(at > since and to == tree["value"] for at, _from, to in person.moves)
    return has == (tree["operator"] == "reached")


def by_bucket(tree: dict[str, Any], person: Person, _now: datetime) -> bool:
    digest = hashlib.sha256(f"rule {tree['seed']}:{person.public_id}".encode()).hexdigest()
    is_among = int(digest[:15], 16) % 10_000 < round(tree["value"] * 100)
    return is_among == (tree["operator"] == "among")


def by_event_time(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    moments = [
        event.at
        for event in person.events
        if event.name == tree["event"] and passes(tree.get("where"), event.properties)
    ]
    if not moments:
        return False
    at = min(moments) if tree["which"] == "first" else max(moments)
    return in_time(tree["operator"], at, tree["value"], now)


def by_profile(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    return asked(tree, {"country": person.country}, tree["property"], now)


def by_seen(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    return in_time(tree["operator"], person.seen[tree["which"] == "last"], tree["value"], now)


def by_yearly(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    found = next(iter(reached(person.traits, tree["trait"])), None)
    if moment(found) is None:
        return False
    month, day = int(found[5:7]), int(found[8:10])
    if tree["operator"] == "in_month":
        return month == tree["month"]
    today = now.astimezone(ROME).date()
    days = tree.get("days", 0)
    span = range(-days, 1) if tree["operator"] == "in_last" else range(days + 1)
    return any(anniversary(today + timedelta(days=away), month, day) for away in span)


def anniversary(of: date, month: int, day: int) -> bool:
    is_leap = of.year % 4 == 0
    return (of.month, of.day) == ((2, 28) if (month, day) == (2, 29) and not is_leap else (month, day))


def by_sequence(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    span = parse_span(tree["span"])
    begun = [
        event.at
        for event in person.events
        if event.name == tree["event"]
        and in_window(event.at, {"within": tree.get("within")}, now)
        and passes(tree.get("where"), event.properties)
    ]
    if tree["operator"] == "not_followed":
        return any(at + span <= now and not follows(tree, person, at) for at in begun)
    return any(follows(tree, person, at) for at in begun)


def follows(tree: dict[str, Any], person: Person, began: datetime) -> bool:
    ends = [
        event.at
        for event in person.events
        if event.name == tree["then"]
        and began < event.at <= began + parse_span(tree["span"])
        and passes(tree.get("then_where"), event.properties)
    ]
    barred = [event.at for event in person.events if event.name == tree.get("without")]
    return any(not any(began < at < end for at in barred) for end in ends)


def orders(person: Person) -> list[Happening]:
    """The orders, each with what became of it; one without a number stands by itself."""
    found = []
    for event in person.events:
        if event.name == "Order Completed":
            told = {key: value for key, value in event.properties.items() if value not in (None, "")}
            told |= {"products": [one for one in flat([told.get("products")]) if isinstance(one, dict)]}
            for name, key in (("Order Cancelled", "cancelled_at"), ("Order Refunded", "refunded_at")):
                if any(other.name == name and same_order(other, event) for other in person.events):
                    told[key] = "so"
            found.append(Happening("", event.at, told))
    return found


def same_order(one: Happening, other: Happening) -> bool:
    return "order_id" in other.properties and one.properties.get("order_id") == other.properties["order_id"]


KINDS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "orders": lambda told: "cancelled_at" not in told,
    "with_coupon": lambda told: "cancelled_at" not in told and bool(told.get("coupon")),
    "without_coupon": lambda told: "cancelled_at" not in told and not told.get("coupon"),
    "refunded": lambda told: "refunded_at" in told,
    "cancelled": lambda told: "cancelled_at" in told,
    "all": lambda _told: True,
}


def by_order(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    of_kind = [order for order in orders(person) if KINDS[tree["of"]](order.properties)]
    return by_event(tree | {"event": ""}, replace(person, events=of_kind), now)


def by_order_time(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    of_kind = [order for order in orders(person) if KINDS[tree["of"]](order.properties)]
    return by_event_time(tree | {"event": ""}, replace(person, events=of_kind), now)


def cart(person: Person) -> list[Happening]:
    """What was put into the cart and lies there still; of the same moment the greater one as JSON."""
    lines: dict[tuple[str, datetime], list[Happening]] = {}
    for event in person.events:
        if event.name == "Product Added" and stands(event, person):
            lines.setdefault((product_of(event), event.at), []).append(event)
    found = []
    for (_of, at), same in lines.items():
        plain = [{key: value for key, value in one.properties.items() if key != "products"} for one in same]
        told = max(plain, key=written)
        worth = money(told.get("price")) * len(same)
        found.append(Happening("", at, told | {"quantity": len(same), "value": worth}))
    return found


def money(value: Any) -> Decimal:
    is_number = isinstance(value, int | float | str) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else Decimal(0)


def product_of(event: Happening) -> str:
    found = event.properties.get("product_id")
    return "" if found is None else str(found)


def stands(added: Happening, person: Person) -> bool:
    """Whether nothing has been ordered since, nor that product taken out."""
    later = [event for event in person.events if event.at >= added.at]
    return not any(
        event.name == "Order Completed"
        or (event.name == "Product Removed" and product_of(event) == product_of(added) != "")
        for event in later
    )


def by_cart(tree: dict[str, Any], person: Person, _now: datetime) -> bool:
    lines = cart(person)
    if tree["operator"] in ("is_open", "is_empty"):
        return bool(lines) == (tree["operator"] == "is_open")
    key = "value" if tree["operator"].startswith("worth") else "quantity"
    figure = sum(Decimal(line.properties[key]) for line in lines)
    wanted = Decimal(repr(tree["value"]))
    return figure >= wanted if tree["operator"].endswith("at_least") else figure < wanted


def by_cart_time(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    return by_event_time(tree | {"event": ""}, replace(person, events=cart(person)), now)


def by_product(tree: dict[str, Any], person: Person, now: datetime) -> bool:
    if "cart" in tree["operator"]:
        found = any(is_of(tree, line.properties) for line in cart(person) if in_window(line.at, tree, now))
    else:
        kept = [order for order in orders(person) if KINDS["orders"](order.properties)]
        found = any(
            tree.get("property") is None or any(is_of(tree, one) for one in order.properties["products"])
            for order in kept
            if in_window(order.at, tree, now)
        )
    return found != tree["operator"].startswith("not_")


def is_of(tree: dict[str, Any], product: Any) -> bool:
    if tree.get("property") is None:
        return True
    line = {"operator": "is_any_of", "value": tree["value"]}
    return asked(line, product, tree["property"], None)


FAMILIES = {
    "sequence": by_sequence,
    "product": by_product,
    "order": by_order,
    "order_time": by_order_time,
    "cart": by_cart,
    "cart_time": by_cart_time,
    "yearly": by_yearly,
    "trait": by_trait,
    "event": by_event,
    "stage": by_stage,
    "segment": by_segment,
    "consent": by_consent,
    "stage_for": by_stage_for,
    "stage_from": by_stage_from,
    "stage_reached": by_stage_reached,
    "bucket": by_bucket,
    "event_time": by_event_time,
    "profile": by_profile,
    "seen": by_seen,
}
DAY = timedelta(days=1)
