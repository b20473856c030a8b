"""A journey with a goal, and who reached it."""

from journeys import engine
from journeys.models import Conversion
from tests import builders
from tests.builders import NOON
from tests.journeys.builders import enrolled, live, step

PAUSE = step("pause", "wait", span="P30D")
PAID = {"kind": "event", "event": "Paid"}
SIGNED_UP = {"kind": "event", "event": "Signed Up"}


def goal(name="paid", **more):
    return {"name": name, "when": PAID} | more


def inside(*steps, **more):
    """A customer who stands at the first step, having looked back."""
    version = live(*(steps or (PAUSE,)), trigger=SIGNED_UP, **more)
    row = enrolled(version, builders.customer(traits={"city": "Roma"}))
    while engine.advance(NOON):
        pass
    return row


def reached():
    rows = Conversion.objects.order_by("id")
    return list(rows.values_list("enrollment_id", "goal", "occurred_at"))


def ended(row):
    row.refresh_from_db()
    return row.exit_reason
