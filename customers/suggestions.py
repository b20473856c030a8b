"""What can be chosen in a rule, read off the data: names of events, paths, values, segments, topics.

Small tables are read whole. Of events and customers only a bounded sample is read (the newest rows, and some
from all over the table), so it is as fast at a million customers; what is rare may then be missing, and
`is_sample` says so. Nothing here is needed to be complete: whatever is typed can be used.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import connection

from config.masking import is_hidden, is_personal, masked_text
from config.templatetags.sette import CHANNELS
from customers.bounded import bounded_reads
from customers.models import SeenEvent, Segment, Stage, Topic
from customers.rules.comparison import value_words
from customers.rules.errors import Slip
from customers.rules.families.product import OF_PRODUCT
from customers.rules.texts import LIST, parse_moment

LONGEST = timedelta(seconds=2)
MOST = 50  # suggestions in one answer
NEWEST, SCANNED = 10_000, 30_000  # rows that are looked at: the newest, and some from all over the table
DOCUMENTS = 1_000  # of which so many of each are read
MAX_DEPTH = 4
EXAMPLES = 3
LONGEST_VALUE = 100

Given = Mapping[str, str]


@dataclass(frozen=True)
class Suggestion:
    """One value that can be chosen: how people call it, what it is, and how often it was seen."""

    value: Any
    label: str
    kind: str = "text"  # text, number, yesno, moment: as the values of an operator are named
    note: str = ""
    seen: int = 0


@dataclass(frozen=True)
class Suggestions:
    """What was found, the most frequent first; `is_sample` where not all rows were read."""

    values: list[Suggestion]
    is_sample: bool = False


class UnknownSourceError(LookupError):
    """There is no such source of suggestions."""


def suggest(source: str, term: str, given: Given) -> Suggestions:
    """What `source` has that contains `term`; `given` are the settings chosen so far (event, property …)."""
    if source not in SOURCES:
        raise UnknownSourceError(UnknownSourceError.__doc__)
    with bounded_reads(LONGEST):
        found = SOURCES[source](given)
    if is_hidden():
        found = _without_personal(found, given)
    wanted = term.strip().casefold()
    values = [
        one for one in found.values if wanted in one.label.casefold() or wanted in str(one.value).casefold()
    ]
    values.sort(key=lambda one: not one.label.casefold().startswith(wanted))  # stable: else as often as seen
    return Suggestions(values[:MOST], found.is_sample)


def _without_personal(found: Suggestions, given: Given) -> Suggestions:
    """No value of what is personal, no address, and no examples of what customers have."""
    if any(is_personal(given.get(name, "")) for name in ("trait", "property")):
        return Suggestions([])
    plain = [one for one in found.values if masked_text(one.label) == one.label]
    return Suggestions([replace(one, note="") for one in plain], found.is_sample)


def _events(given: Given) -> Suggestions:
    del given
    names, is_sample = _sampled("customers_event", "name")
    seen = Counter(names)
    for name in SeenEvent.objects.values_list("name", flat=True):  # what a source has sent, however rare
        seen.setdefault(name, 0)
    ours_last = sorted(seen, key=lambda name: (name.startswith("$"), -seen[name], name))
    return Suggestions([Suggestion(name, name, seen=seen[name]) for name in ours_last], is_sample)


def _properties(given: Given) -> Suggestions:
    documents, is_sample = _asked(given)
    found = _paths(documents)
    named = {one.value for one in found}
    noted = SeenEvent.objects.filter(name=given.get("event", "")).values_list("properties", flat=True)
    rare = {path: kind for properties in noted for path, kind in properties.items() if path not in named}
    return Suggestions(
        [*found, *(Suggestion(path, path, kind) for path, kind in sorted(rare.items()))], is_sample
    )


def _property_values(given: Given) -> Suggestions:
    documents, is_sample = _asked(given)
    return Suggestions(_values(documents, given.get("property", "")), is_sample)


def _product_properties(given: Given) -> Suggestions:
    del given
    documents, is_sample = _rows(ORDERS)
    found = [one for one in _paths(documents) if one.value.startswith(OF_PRODUCT)]
    names = [one.value.removeprefix(OF_PRODUCT) for one in found]
    return Suggestions(
        [replace(one, value=name, label=name) for one, name in zip(found, names, strict=True)], is_sample
    )


def _product_values(given: Given) -> Suggestions:
    documents, is_sample = _rows(ORDERS)
    return Suggestions(_values(documents, OF_PRODUCT + given.get("property", "")), is_sample)


def _traits(given: Given) -> Suggestions:
    del given
    documents, is_sample = _all_traits()
    return Suggestions(_paths(documents), is_sample)


def _dates(given: Given) -> Suggestions:
    found = _traits(given)
    return Suggestions([one for one in found.values if one.kind == "moment"], found.is_sample)


def _trait_values(given: Given) -> Suggestions:
    documents, is_sample = _all_traits()
    return Suggestions(_values(documents, given.get("trait", "")), is_sample)


def _profile_values(given: Given) -> Suggestions:
    column = given.get("property", "")
    if column not in ("country", "language", "time_zone"):
        return Suggestions([])
    values, is_sample = _sampled("customers_customer", column)
    seen = Counter(filter(None, values))
    return Suggestions(
        [Suggestion(value, value, seen=count) for value, count in seen.most_common()], is_sample
    )


def _segments(given: Given) -> Suggestions:
    del given
    rows = Segment.objects.filter(archived_at=None).order_by("name").values_list("slug", "name")
    return Suggestions([Suggestion(slug, name, note=slug) for slug, name in rows])


def _stages(given: Given) -> Suggestions:
    del given
    rows = Stage.objects.order_by("number")
    return Suggestions([Suggestion(row.slug, row.label, note=str(row.number)) for row in rows])


def _channels(given: Given) -> Suggestions:
    del given
    return Suggestions([Suggestion(kind, str(label)) for kind, label in CHANNELS.items()])


def _topics(given: Given) -> Suggestions:
    del given
    return Suggestions(
        [Suggestion(slug, name, note=slug) for slug, name in Topic.objects.values_list("slug", "name")]
    )


SOURCES: dict[str, Callable[[Given], Suggestions]] = {
    "events": _events,
    "properties": _properties,
    "property_values": _property_values,
    "product_properties": _product_properties,
    "product_values": _product_values,
    "traits": _traits,
    "dates": _dates,
    "trait_values": _trait_values,
    "profile_values": _profile_values,
    "segments": _segments,
    "stages": _stages,
    "channels": _channels,
    "topics": _topics,
}


# The newest rows by the primary key until `most` of them fit, and blocks from all over the table. Of these
# the ids are read first, of at most SCANNED rows: the first `most` that fit would all be from its beginning.
NEWEST_ROWS = """
    SELECT {column} FROM (SELECT * FROM {table} ORDER BY id DESC LIMIT %(newest)s) AS newest
    WHERE {where} LIMIT %(most)s
"""
SPREAD = """
    SELECT {column} FROM {table} TABLESAMPLE SYSTEM (%(share)s) REPEATABLE (7) WHERE {where} LIMIT %(most)s
"""
THESE = "SELECT {column} FROM {table} WHERE id = ANY(%(ids)s)"
IS_LARGE = "SELECT count(*) > %s FROM (SELECT 1 FROM {table} LIMIT %s + 1) AS rows"
ROWS = "SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = %s::regclass"


def _sampled(table: str, column: str, name: str | None = None, most: int = SCANNED) -> tuple[list[Any], bool]:
    """`column` of rows of the table (of events of a name), and whether not all rows were looked at."""
    words = {"table": table, "column": column, "where": "TRUE" if name is None else "name = %(name)s"}
    values: dict[str, Any] = {"newest": NEWEST, "most": most, "name": name}
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_ROWS.format(**words), values)
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute(IS_LARGE.format(**words), [NEWEST, NEWEST])
        if not (is_large := cursor.fetchone()[0]):
            return rows, False
        cursor.execute(ROWS, [table])
        values["share"] = min(100, 100 * SCANNED / cursor.fetchone()[0])
        if most < SCANNED:
            cursor.execute(SPREAD.format(**words | {"column": "id"}), values | {"most": SCANNED})
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute(THESE.format(**words), {"ids": ids[:: len(ids) // most + 1]})
        else:
            cursor.execute(SPREAD.format(**words), values)
        return rows + [row[0] for row in cursor.fetchall()], is_large


def _events_named(name: str) -> tuple[list[Any], bool]:
    """Properties of some events of that name."""
    rows, is_sample = _sampled("customers_event", "properties::text", name, DOCUMENTS)
    return [json.loads(row) for row in rows], is_sample


def _asked(given: Given) -> tuple[list[Any], bool]:
    """What a line reads: orders, what lies in carts, or the events that it names."""
    table = TABLES.get(given.get("field", ""))
    return _rows(table) if table else _events_named(given.get("event", ""))


ORDERS = "customers_order"
TABLES = {
    "order": ORDERS,
    "order_time": ORDERS,
    "cart_time": "customers_cartline",
}


def _rows(table: str) -> tuple[list[Any], bool]:
    """Properties of some orders, or of some lines of carts."""
    rows, is_sample = _sampled(table, "properties::text", most=DOCUMENTS)
    return [json.loads(row) for row in rows], is_sample


def _all_traits() -> tuple[list[Any], bool]:
    """Traits of some customers."""
    rows, is_sample = _sampled("customers_customer", "traits::text", most=DOCUMENTS)
    return [json.loads(row) for row in rows], is_sample


def _paths(documents: Iterable[Any]) -> list[Suggestion]:
    """The paths to values within the documents, each with what stands there."""
    found: dict[str, Counter[Any]] = {}
    for document in documents:
        for path, value in _walk(document, "", 0):
            found.setdefault(path, Counter())[value] += 1
    return [
        Suggestion(path, path, _kind(seen), _examples(seen), seen.total())
        for path, seen in sorted(found.items(), key=lambda one: (-one[1].total(), one[0]))
    ]


def kinds_of_paths(documents: Iterable[Any]) -> dict[str, str]:
    """The paths to values within the documents, as rules write them, each with what stands there."""
    return {one.value: one.kind for one in _paths(documents)}


def _values(documents: Iterable[Any], wanted: str) -> list[Suggestion]:
    """What stands at one path, the most frequent first. A list's elements do so without its mark too."""
    plain = wanted.replace(LIST, "")
    seen = Counter(
        value
        for document in documents
        for path, value in _walk(document, "", 0)
        if path.replace(LIST, "") == plain
    )
    return [
        Suggestion(value, value_words(value), _kind([value]), seen=count)
        for value, count in seen.most_common()
        if not isinstance(value, str) or 0 < len(value) <= LONGEST_VALUE
    ]


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Each plain value with its path as rules write it: keys between dots, [] for a list."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        for key, inner in value.items():
            if key and "." not in key and LIST not in key:
                yield from _walk(inner, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list) and path and not path.endswith(LIST):
        for inner in value:
            yield from _walk(inner, path + LIST, depth)
    elif isinstance(value, str | int | float):
        yield path, value


def _kind(values: Iterable[Any]) -> str:
    """What all of the values are; text where they differ."""
    kinds = {_kind_of(value) for value in values}
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "yesno"
    if isinstance(value, int | float):
        return "number"
    if value[4:5] != "-":  # no date, seen at a glance: most texts are none
        return "text"
    try:
        parse_moment(value)
    except Slip:
        return "text"
    return "moment"


def _examples(seen: Counter[Any]) -> str:
    return ", ".join(value_words(value)[:LONGEST_VALUE] for value, _count in seen.most_common(EXAMPLES))


def _said(value: Any) -> str:
    return value_words(value)
