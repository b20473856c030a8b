"""The search itself: people into DuckDB, pairs out of splink. Knows no rows, and no other process loads it.

Memory is bounded: DuckDB may have `MEMORY` and goes to a directory of its own beyond that; a key that many
share is no key; at most `MOST_FOUND` pairs come out, the most probable first.
"""

import logging
from collections.abc import Iterable, Sequence
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker

from customers.duplicates.model import (
    COMPARISONS,
    KEYS,
    LARGEST_BLOCK,
    SHIPPED,
    SHIPPED_PAIRS,
    SUGGESTED,
    Shares,
    level_of,
    mixed,
    settings,
)
from customers.duplicates.people import FIELDS, Person

MEMORY = "512MB"
RANDOM_PAIRS = 200_000
MOST_FOUND = 10_000
SEED = 7  # the same customers give the same answer
TEXTS = ", ".join(f"{field} VARCHAR" for field in FIELDS)
COMPARED = f"CREATE TABLE compared (customer_id BIGINT, {TEXTS}, is_changed BOOLEAN)"
SCHEMA = pa.schema(
    [
        ("customer_id", pa.int64()),
        *((field, pa.string()) for field in FIELDS),
        ("is_changed", pa.bool_()),
    ]
)


def _keyed() -> str:
    """The table with what splink blocks by, and with how frequent each value is."""
    keys = (
        f"CASE WHEN count(*) OVER (PARTITION BY {key}) <= {LARGEST_BLOCK} THEN {key} END AS key_{place}"
        for place, key in enumerate(KEYS)
    )
    frequent = (
        f"(count(*) OVER (PARTITION BY {field}) + {SHIPPED_PAIRS} * {SHIPPED[field, 'same']})"
        f" / (count({field}) OVER () + {SHIPPED_PAIRS}) AS tf_{field}"
        for field in FIELDS
    )
    return f"CREATE TABLE keyed AS SELECT *, {', '.join((*keys, *frequent))} FROM compared"


class Evidence(NamedTuple):
    """What a field says: its level, the weight as splink reckons it, by how many letters the two differ.

    The weight is the logarithm (of base two) of how much likelier one person is by it than two.
    """

    field: str
    level: str
    weight: float
    letters: int


class Found(NamedTuple):
    """Two customers, the lower number first, who are probably one person."""

    first_id: int
    second_id: int
    probability: float
    evidence: list[Evidence]


class Searched(NamedTuple):
    """Of how many customers enough was known, and the pairs."""

    customers: int
    found: list[Found]


def search(
    blocks: Iterable[Sequence[tuple[Person, bool]]], least: float = SUGGESTED, most: int = MOST_FOUND
) -> Searched:
    """The probable pairs of which one at least is changed; `blocks`: who is compared, and whether changed."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="sette-duplicates-") as overflow, duckdb.connect(":memory:") as database:
        database.execute(f"SET threads = 1; SET memory_limit = '{MEMORY}'")
        database.execute(f"SET temp_directory = '{overflow}'")
        customers = _fill(database, blocks)
        if customers < 2:  # noqa: PLR2004 - a pair
            return Searched(customers, [])
        database.execute(_keyed())
        database.execute("DROP TABLE compared")
        return Searched(customers, _pairs(database, customers, least, most))


def _fill(database: Any, blocks: Iterable[Sequence[tuple[Person, bool]]]) -> int:
    database.execute(COMPARED)
    customers = 0
    for block in blocks:
        rows = [(*one, is_changed) for one, is_changed in block if one.is_comparable]
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
        table = pa.table(
            [pa.array(column, of.type) for column, of in zip(columns, SCHEMA, strict=True)], SCHEMA
        )
        database.register("block", table)
        database.execute("INSERT INTO compared SELECT * FROM block")
        database.unregister("block")
        customers += len(rows)
    return customers


def _pairs(database: Any, customers: int, least: float, most: int) -> list[Found]:
    people = DuckDBAPI(database).register("keyed")
    shares = _seen_shares(people, customers)
    linker = Linker(people, settings(shares, customers), log_level=None)
    predicted = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    answer = database.execute(_told(predicted.physical_name), [most])
    names = [column[0] for column in answer.description]
    return [_found(dict(zip(names, row, strict=True))) for row in answer.fetchall()]


def _seen_shares(people: Any, customers: int) -> Shares:
    """How often each level holds of two who are drawn at random."""
    linker = Linker(people, settings(SHIPPED, customers), log_level=None)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None
    )
    seen: Shares = {}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        field = comparison["output_column_name"]
        told = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level, one in zip(COMPARISONS[field], told, strict=True):
            seen[field, level.name] = one.get("u_probability") or 0.0
    return mixed(seen, min(RANDOM_PAIRS, customers * (customers - 1) // 2))


def _told(predicted: str) -> str:
    letters = (
        f"CASE WHEN gamma_{field} > 0 THEN damerau_levenshtein({field}_l, {field}_r) ELSE 0 END"
        f" AS letters_{field}"
        for field in FIELDS
    )
    return f"""
        SELECT *, {", ".join(letters)} FROM {predicted}
        ORDER BY match_weight DESC, customer_id_l, customer_id_r LIMIT ?
    """


def _found(row: dict[str, Any]) -> Found:
    first_id, second_id = sorted((row["customer_id_l"], row["customer_id_r"]))
    evidence = []
    for field in FIELDS:
        level = level_of(field, row[f"gamma_{field}"])
        if level is not None:
            weight = row[f"mw_{field}"] + row[f"mw_tf_adj_{field}"]
            evidence.append(Evidence(field, level.name, round(weight, 2), row[f"letters_{field}"]))
    return Found(first_id, second_id, row["match_probability"], evidence)
