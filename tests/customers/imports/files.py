"""Files for tests of imports, and an import in one step."""

from datetime import datetime
from io import BytesIO
from typing import Any

from config import work
from customers.imports.intake import take_in
from customers.imports.services import begin, begin_check, set_up
from customers.models import Import, RejectedRow
from tests.builders import NOON


def taken(text: str, kind: str = "customers", **settings: Any) -> Import:
    """A file that was uploaded; its columns as they are guessed."""
    made = take_in(BytesIO(text.encode()), kind, "crm.csv", NOON)
    return set_up(made, made.columns, **settings) if settings else made


def tried(one: Import, now: datetime = NOON) -> Import:
    """The import, tried."""
    begin_check(one)
    work.settle(now)
    one.refresh_from_db()
    return one


def imported(text: str, kind: str = "customers", now: datetime = NOON, **settings: Any) -> Import:
    """The same, imported; all that follows of it is done."""
    one = taken(text, kind, **settings)
    begin(one, now)
    work.settle(now)
    one.refresh_from_db()
    return one


def counts(one: Import) -> tuple[int, int, int, int]:
    """New, changed, unchanged, rejected."""
    return one.created, one.changed, one.unchanged, one.rejected


def reasons(one: Import) -> dict[int, str]:
    """Why rows were rejected, by their lines."""
    return dict(RejectedRow.objects.filter(of=one).order_by("line").values_list("line", "reason"))
