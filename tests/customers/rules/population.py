"""People with every kind of odd data, and rules that ask for it, from small pools: so they often meet."""

import random
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from customers.commerce.rebuild import rebuild
from customers.models import Consent, Customer, Event, Membership, Segment, Stage, StageMove
from customers.models.stage import LABELS
from customers.rules.periods import PERIODS
from tests.builders import NOON
from tests.customers.rules.oracle import Happening, Person

NAMES = ["Order Completed", "Product Viewed", 'Odd "name" %s']
CART = ["Product Added", "Product Removed"]
WORDS = ["Roma", "Rom", "roma", "", "abc", "5", 'a"b', "a\\b", "%x{}", "é😀", "2025-03-01", "2025-02-30"]
NUMBERS = [0, 1, 2, 5, 5.0, 2.5, -3, 10]
MOMENTS = [
    "2025-03-01",
    "2025-03-03T12:00:00Z",
    "2025-02-28 23:59:59.5",
    "2025-03-03T11:00:00+01:00",
    "2025-03-20",
    "1850-01-01",
    "2024-02-29",
    "1990-03-05",
]
SPANS = ["PT1H", "P1D", "P2D", "P1W", "P3DT12H"]
PATHS = [
    "city",
    "address.city",
    "tags[]",
    "tags",
    "items[].price",
    "items.name",
    'odd "key".a\'b',
    "when",
    "absent",
]
PATTERNS = [
    "^Rom",
    "(?i)^roma$",
    r"\d{4}-\d\d",
    "[^a-z ]",
    "a|b",
    r"a\"b|a\\b",
    "^$",
    "é.",
    r"(?:\w\s?)+$",
    "o*?m",
]
SEGMENTS = ["big", "small"]
VALUES: list[Any] = [*WORDS, *NUMBERS, *MOMENTS, True, False, None]


def some_json(chance: random.Random) -> dict[str, Any]:
    """An object in which each of PATHS may lead to something, or to something else."""
    pick = chance.choice
    made = {
        "city": pick([*VALUES, ["Roma", 5], []]),
        "address": pick([{"city": pick(VALUES)}, "Roma", None, [{"city": pick(VALUES)}]]),
        "tags": pick([[pick(VALUES) for _ in range(chance.randrange(4))], pick(VALUES)]),
        "items": pick(
            [[{"price": pick(NUMBERS), "name": pick(WORDS)}, {"price": pick(VALUES)}], [], "x", {"price": 5}]
        ),
        "product_id": pick(["1", "2", 3, None]),
        "category": pick(WORDS),
        "price": pick([*NUMBERS, "2.5", None]),
        "total": pick(NUMBERS),
        "coupon": pick(["SPRING", "", None]),
        "products": pick(
            [[{"category": pick(WORDS)} for _ in range(chance.randrange(3))], {"category": "Roma"}, [5], None]
        ),
        'odd "key"': {"a'b": pick(VALUES)},
        "when": pick([*MOMENTS, 5, None]),
    }
    return {key: value for key, value in made.items() if chance.random() < 0.8}


class People(dict[int, Person]):
    """Persons by their customer's id, shown by their number."""

    def __repr__(self) -> str:
        return f"<{len(self)} people>"


def populate(size: int = 60, seed: int = 7) -> People:
    """Customers in the database, and the same people for the oracle, by the customer's id."""
    chance = random.Random(seed)
    segments = {slug: Segment.objects.create(slug=slug, name=slug) for slug in SEGMENTS}
    people = People()
    for _ in range(size):
        person = Person(traits=some_json(chance), stage=chance.choice([None, *LABELS]))
        person.segments = {slug for slug in SEGMENTS if chance.random() < 0.5}
        person.consents = {
            (channel, topic): chance.random() < 0.6
            for channel in ("email", "sms") for topic in ("", "offers") if chance.random() < 0.5
        }  # fmt: skip
        person.events = [
            Happening(chance.choice(NAMES), some_moment(chance), some_json(chance))
            for _ in range(chance.randrange(9))
        ]
        person.events += [
            Happening(chance.choice(CART), some_moment(chance), some_json(chance))
            for _ in range(chance.randrange(4))
        ]
        person.events += some_orders(chance)
        person.moves = some_moves(chance, person.stage)
        person.seen = (NOON - timedelta(hours=chance.randrange(200, 400)), some_moment(chance))
        person.country = chance.choice(["", "IT", "FR"])
        customer = store(person, segments)
        person.public_id = str(customer.public_id)
        people[customer.pk] = person
    rebuild(list(people))
    return people


def some_orders(chance: random.Random) -> list[Happening]:
    """Orders with numbers, some of them cancelled or paid back."""
    told = []
    for order_id in range(chance.randrange(3)):
        names = [
            "Order Completed",
            *chance.sample(["Order Cancelled", "Order Refunded"], chance.randrange(3)),
        ]
        told += [Happening(name, some_moment(chance), {"order_id": order_id}) for name in names]
        told[-len(names)].properties |= some_json(chance)
    return told


def some_moves(chance: random.Random, stage: str | None) -> list[tuple[datetime, str | None, str]]:
    """How somebody came to the stage, each move later than the one before."""
    if stage is None:
        return []
    way = [chance.choice([*LABELS]) for _ in range(chance.randrange(4))] + [stage]
    moments = sorted({some_moment(chance) for _ in way})
    way = way[-len(moments) :]
    return list(zip(moments, [None, *way], way, strict=False))


def some_moment(chance: random.Random) -> datetime:
    """Within a fortnight before NOON, often right on a full hour."""
    return NOON - timedelta(hours=chance.randrange(-6, 24 * 14), seconds=chance.choice([0, 0, 1, 1800]))


def store(person: Person, segments: dict[str, Segment]) -> Customer:
    """The person as rows."""
    stage = Stage.objects.get(slug=person.stage) if person.stage else None
    customer = Customer.objects.create(
        traits=person.traits,
        stage=stage,
        stage_since=person.moves[-1][0] if person.moves else None,
        country=person.country,
        first_seen_at=person.seen[0],
        last_seen_at=person.seen[1],
    )
    numbers = {slug: number for number, slug in enumerate(LABELS, start=1)}
    StageMove.objects.bulk_create(
        StageMove(customer=customer, from_stage_id=numbers.get(was), to_stage_id=numbers[to], moved_at=at)
        for at, was, to in person.moves
    )
    told = [Happening("$stage_changed", at, {"from": was, "to": to}) for at, was, to in person.moves]
    for slug, segment in segments.items():
        left_at = None if slug in person.segments else NOON
        Membership.objects.create(segment=segment, customer=customer, entered_at=NOON, left_at=left_at)
    for (channel, topic), granted in person.consents.items():
        Consent.objects.create(
            customer=customer, channel=channel, topic=topic, is_granted=granted, changed_at=NOON
        )
    Event.objects.bulk_create(
        Event(
            customer=customer,
            name=event.name,
            occurred_at=event.at,
            received_at=event.at,
            properties=event.properties,
        )
        for event in [*person.events, *told]
    )
    return customer


texts = st.sampled_from([word for word in WORDS if word])
numbers = st.sampled_from(NUMBERS)
scalars = st.one_of(texts, numbers, st.booleans(), st.sampled_from(MOMENTS))
dates = st.sampled_from([moment for moment in MOMENTS if moment != "1850-01-01"])
spans = st.sampled_from(SPANS)
paths = st.sampled_from(PATHS)


def comparisons(*, timely: bool) -> st.SearchStrategy[dict[str, Any]]:
    """An operator with a value that suits it."""
    values = {
        "equals": scalars, "not_equals": scalars, "is_any_of": st.lists(scalars, min_size=1, max_size=3),
        "is_none_of": st.lists(scalars, min_size=1, max_size=3),
        "contains": texts, "not_contains": texts, "starts_with": texts, "ends_with": texts,
        "matches": st.sampled_from(PATTERNS),
        "between": st.tuples(numbers, numbers).map(sorted),
        "greater": numbers, "at_least": numbers, "less": numbers, "at_most": numbers,
        "is_set": st.none(), "is_not_set": st.none(), "before": dates, "after": dates,
    }  # fmt: skip
    if timely:
        values |= {"within_last": spans, "older_than": spans, "within_next": spans}
    return st.one_of(
        *(st.fixed_dictionaries({"operator": st.just(key), "value": value}) for key, value in values.items())
    )


def lines() -> st.SearchStrategy[dict[str, Any]]:
    """One filter on an event."""
    return st.builds(lambda asked, path: asked | {"property": path}, comparisons(timely=False), paths)


def filters() -> st.SearchStrategy[Any]:
    """What must hold of an event: a list of filters, or groups of them within groups."""
    groups = st.recursive(
        lines(),
        lambda parts: st.fixed_dictionaries(
            {
                "combinator": st.sampled_from(["and", "or"]),
                "not": st.booleans(),
                "rules": st.lists(parts, min_size=1, max_size=3),
            }
        ),
        max_leaves=4,
    )
    return st.one_of(
        st.lists(lines(), max_size=2), st.lists(groups, max_size=2), groups.filter(lambda one: "rules" in one)
    )


of_orders = st.sampled_from(["orders", "with_coupon", "without_coupon", "refunded", "cancelled", "all"])


@st.composite
def order_leaves(draw: st.DrawFn) -> dict[str, Any]:
    """A leaf about orders: as one about events, of a kind of orders."""
    asked = draw(event_leaves())
    del asked["event"]
    if "property" in asked:
        asked["property"] = draw(st.sampled_from(["total", "city", "items[].price", "products[].category"]))
    return asked | {"field": "order", "of": draw(of_orders)}


@st.composite
def event_leaves(draw: st.DrawFn) -> dict[str, Any]:
    """A leaf about events, its windows in order."""
    aggregate = draw(st.sampled_from(["count", "count", "sum", "average", "minimum", "maximum", "distinct"]))
    is_counted = aggregate in ("count", "distinct")
    leaf: dict[str, Any] = {
        "field": "event", "event": draw(st.sampled_from(NAMES)), "aggregate": aggregate,
        "operator": draw(st.sampled_from(["equals", "not_equals", "greater", "at_least", "less", "at_most"])),
        "value": draw(st.integers(0, 4) if is_counted else numbers),
        "within": draw(st.sampled_from([None, "P1D", "P2D", "P1W", "P3DT12H"])),
        "before": draw(st.sampled_from([None, None, "PT1H", "PT6H", "PT23H"])),
        "where": draw(filters()),
        "since": draw(st.sampled_from([None, None, None, "2025-02-20", "2025-03-01"])),
        "until": draw(st.sampled_from([None, None, None, "2025-03-01", "2025-03-02"])),
    }  # fmt: skip
    if period := draw(st.sampled_from([None, None, *PERIODS])):
        leaf |= {"within": None, "before": None, "period": period}
    if aggregate != "count":
        leaf["property"] = draw(paths)
    return leaf


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    """A leaf of any family."""
    traits = st.builds(
        lambda asked, path: {"field": "trait", "trait": path} | asked, comparisons(timely=True), paths
    )
    stages = st.builds(
        lambda operator, value: {"field": "stage", "operator": operator, "value": value},
        st.sampled_from(["is", "is_not"]),
        st.sampled_from(list(LABELS)),
    )
    several = st.builds(
        lambda value: {"field": "stage", "operator": "is_any_of", "value": value},
        st.lists(st.sampled_from(list(LABELS)), min_size=1),
    )
    segments = st.builds(
        lambda operator, value: {"field": "segment", "operator": operator, "value": value},
        st.sampled_from(["in", "not_in"]),
        st.sampled_from([*SEGMENTS, "unknown"]),
    )
    consents = st.builds(
        lambda operator, topic: {
            "field": "consent",
            "operator": operator,
            "channel": "email",
            "topic": topic,
        },
        st.sampled_from(["granted", "not_granted"]),
        st.sampled_from(["", "offers"]),
    )
    return st.one_of(traits, event_leaves(), event_leaves(), stages, several, segments, consents, *others())


def others() -> list[st.SearchStrategy[dict[str, Any]]]:
    """The leaves about stages passed, events' times, the customer's own row and lots."""
    slugs = st.sampled_from([*LABELS][:3])
    within = st.sampled_from([None, "P1D", "P1W"])
    in_time = st.one_of(
        st.fixed_dictionaries({"operator": st.sampled_from(["before", "after"]), "value": dates}),
        st.fixed_dictionaries(
            {"operator": st.sampled_from(["within_last", "older_than", "within_next"]), "value": spans}
        ),
    )
    which = st.sampled_from(["first", "last"])
    operators = st.sampled_from(["bought", "not_bought", "in_cart", "not_in_cart"])
    countries = st.sampled_from(["IT", "FR", "XX"])
    in_country = st.one_of(
        st.fixed_dictionaries({"operator": st.sampled_from(["equals", "not_equals"]), "value": countries}),
        st.fixed_dictionaries(
            {
                "operator": st.sampled_from(["is_any_of", "is_none_of"]),
                "value": st.lists(countries, min_size=1),
            }
        ),
        st.fixed_dictionaries({"operator": st.sampled_from(["is_set", "is_not_set"])}),
    )
    return [
        leaf("stage_for", operator=st.sampled_from(["at_least", "less"]), value=spans),
        leaf("stage_from", operator=st.sampled_from(["is", "is_not"]), value=slugs),
        leaf(
            "stage_reached",
            operator=st.sampled_from(["reached", "not_reached"]),
            value=slugs,
            within=within,
        ),
        leaf(
            "bucket",
            seed=st.sampled_from(["spring", "autumn"]),
            operator=st.sampled_from(["among", "not_among"]),
            value=st.sampled_from([10, 33.3, 50, 99.99]),
        ),
        st.builds(
            dict.__or__,
            in_time,
            leaf(
                "event_time",
                event=st.sampled_from(NAMES),
                which=which,
                where=filters(),
            ),
        ),
        st.builds(dict.__or__, in_country, leaf("profile", property=st.just("country"))),
        st.builds(dict.__or__, in_time, leaf("seen", which=which)),
        leaf(
            "yearly",
            trait=st.sampled_from(["when", "city"]),
            operator=st.sampled_from(["in_next", "in_last"]),
            days=st.sampled_from([1, 2, 30, 180]),
        ),
        leaf("yearly", trait=st.just("when"), operator=st.just("is_today")),
        leaf(
            "sequence",
            event=st.sampled_from([*NAMES, *CART]),
            where=filters(),
            operator=st.just("followed"),
            then=st.sampled_from([*NAMES, *CART]),
            span=spans,
            without=st.sampled_from([None, *NAMES]),
            within=within,
        ),
        leaf(
            "sequence",
            event=st.sampled_from([*NAMES, *CART]),
            operator=st.just("not_followed"),
            then=st.sampled_from(NAMES),
            then_where=filters(),
            span=st.sampled_from(["PT1H", "P1D"]),
            within=st.sampled_from([None, "P2D", "P1W"]),
        ),
        leaf("product", operator=operators, within=within),
        leaf(
            "product",
            operator=operators,
            property=st.just("category"),
            value=st.lists(texts, min_size=1, max_size=3),
            within=within,
        ),
        leaf("yearly", trait=st.just("when"), operator=st.just("in_month"), month=st.integers(1, 4)),
        order_leaves(),
        st.builds(dict.__or__, in_time, leaf("order_time", which=which, of=of_orders, where=filters())),
        st.builds(dict.__or__, in_time, leaf("cart_time", which=which, where=filters())),
        leaf("cart", operator=st.sampled_from(["is_open", "is_empty"])),
        leaf(
            "cart",
            operator=st.sampled_from(["worth_at_least", "worth_less", "pieces_at_least", "pieces_less"]),
            value=st.sampled_from([0, 1, 2, 2.5, 5]),
        ),
    ]


def leaf(family: str, **settings: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A leaf of a family."""
    return st.fixed_dictionaries({"field": st.just(family), **settings})


def trees(leaf: st.SearchStrategy[dict[str, Any]] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Any tree of these leaves, else of all, three groups deep at most."""
    return st.recursive(
        leaf if leaf is not None else leaves(),
        lambda inner: st.fixed_dictionaries(
            {
                "combinator": st.sampled_from(["and", "or"]),
                "not": st.booleans(),
                "rules": st.lists(inner, max_size=3),
            }
        ),
        max_leaves=6,
    )
