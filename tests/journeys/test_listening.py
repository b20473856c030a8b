import pytest

from customers.imports.services import Effect, set_off
from journeys.listening import set_off_by
from journeys.models import Enrollment, StepLog
from tests.builders import HOUR, NOON
from tests.customers.imports.files import imported, taken, tried
from tests.journeys.builders import live, step
from tests.journeys.reaching import goal, inside, reached

pytestmark = pytest.mark.django_db
STAY = step("stay", "wait", span="P9D")
ORDER = "external_id,event,timestamp\n1,Order Completed,2025-03-03T11:00:00Z\n"


def test_journeys_are_told_that_begin_at_what_an_import_changes():
    live(STAY, slug="orders")
    live(STAY, slug="gold", trigger={"kind": "trait_changed", "trait": "tier", "to": "gold"})
    live(STAY, slug="silver", trigger={"kind": "trait_changed", "trait": "metal"})

    assert set_off_by(Effect(frozenset(["$trait_changed"]), frozenset(["tier"]))) == ["the journey gold"]
    assert set_off(tried(taken("external_id,tier\n1,gold\n"))) == ["the journey gold"]
    assert set_off(tried(taken(ORDER, "events"))) == ["the journey orders"]


@pytest.mark.parametrize("is_quiet", [False, True])
def test_journeys_hear_nothing_of_a_quiet_import(is_quiet):
    version = live(STAY, slug="orders")

    imported(ORDER, "events", is_quiet=is_quiet)

    assert Enrollment.objects.filter(version=version).exists() is not is_quiet


@pytest.mark.parametrize("is_quiet", [False, True])
def test_quiet_import_ends_no_wait_and_reaches_no_goal(is_quiet):
    wait = step("wait", "wait_for", **{"for": [{"branch": "paid", "event": "Paid"}]}, at_most="P7D")
    row = inside(wait, goals=[goal(exits=False)])
    number = row.customer.identities.get().value

    text = f"external_id,event,timestamp\n{number},Paid,2025-03-03T13:00:00Z\n"
    imported(text, "events", NOON + 2 * HOUR, is_quiet=is_quiet)

    assert bool(reached()) is not is_quiet
    assert list(StepLog.objects.values_list("branch", flat=True)) == ([] if is_quiet else ["paid"])
