import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from config import work
from customers import trial
from customers.holds import hold_stage, release_stage
from customers.models import Customer, Stage, StageMove
from customers.stage_definitions import read, written
from customers.stage_versions import definitions_in_force
from customers.stages import save_stages
from customers.trial import TrialTooSlowError, try_stages
from tests.builders import DAY, HOUR, NOON, customer
from tests.customers.calls import call, owner, receive

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


def bought(count: int, days: int) -> dict[str, Any]:
    asked = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": count}
    return asked | {"within": f"P{days}D"}


NOW_IN_FORCE = {
    "discovery": {"rule": bought(1, 90)},
    "action": {"rule": bought(1, 10)},
    "use": {"rule": bought(3, 30), "stay_rule": bought(1, 30)},
}
DRAFT = {
    "discovery": {"rule": bought(1, 120)},
    "interest": {"rule": bought(1, 60), "dwell": "P5D"},
    "action": {"rule": bought(2, 10), "onward": "next"},
    "use": {"rule": bought(2, 30), "leave_rule": bought(9, 30), "back": "previous"},
    "advocacy": {"rule": bought(5, 40)},
}
PLAIN = {"use": {"rule": bought(4, 30), "stay_rule": {}, "leave_rule": bought(8, 30)}}


def terms(given: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return read(given, definitions_in_force())


def ways(found: trial.Trial) -> Counter[tuple[int | None, int | None]]:
    return Counter({(way.start, way.end): way.customers for way in found.ways})


def history(days: int, start: Any) -> None:
    """Twelve people who buy now and then, each event at its time."""
    chance = random.Random(days)
    for day in range(days):
        now = start + day * DAY
        who = {chance.randrange(12) for _ in range(3)}
        receive(*[call(at=now, external_id=f"u{one}", event="Order Completed") for one in who], now=now)


def test_trial_tells_what_then_happens() -> None:
    save_stages(terms(NOW_IN_FORCE), NOON)
    history(40, NOON)
    now = NOON + 40 * DAY
    work.settle(now)
    hold_stage(owner("external_id", "u3").pk, Stage.objects.get(slug="awareness"), "why", "ada", now)
    before = dict(Customer.objects.values_list("pk", "stage_id"))

    tried = try_stages(terms(DRAFT), now)

    save_stages(terms(DRAFT), now)
    work.settle(now)
    after = dict(Customer.objects.values_list("pk", "stage_id"))
    assert ways(tried) == Counter((before[pk], after[pk]) for pk in before)
    assert tried.moved == sum(1 for pk in before if before[pk] != after[pk]) > 2
    for way in tried.ways:
        assert [(before[one.pk], after[one.pk]) for one in way.sample] == [(way.start, way.end)] * len(
            way.sample
        )


@pytest.mark.parametrize("draft", [DRAFT, PLAIN])
def test_trial_of_a_past_moment_tells_what_it_would_have_told_then(draft: dict[str, Any]) -> None:
    save_stages(terms(NOW_IN_FORCE), NOON)
    history(30, NOON)
    then = NOON + 30 * DAY
    work.settle(then)
    held = owner("external_id", "u3").pk
    hold_stage(held, Stage.objects.get(slug="awareness"), "why", "ada", then - HOUR)
    told_then = ways(try_stages(terms(draft), then))

    history(25, then + DAY)
    release_stage(held, "ada", then + 20 * DAY)
    later = then + 26 * DAY
    work.settle(later)

    assert ways(try_stages(terms(draft), later, at=then)) == told_then
    assert ways(try_stages(terms(draft), later)) != told_then


def test_trial_keeps_nothing() -> None:
    customer(traits={"city": "Roma"})
    moves = StageMove.objects.count()

    found = try_stages(terms({"use": {"rule": ROMAN}}), NOON)

    assert ways(found) == Counter({(None, 6): 1})
    assert (StageMove.objects.count(), definitions_in_force()["use"]["rule"]) == (moves, {})
    assert written(terms({"use": {"dwell": "P1D"}}))["use"]["dwell"] == "P1DT00H00M00S"


def test_trial_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "LIMITS", "SET LOCAL statement_timeout = '30ms'")
    customer()
    monkeypatch.setattr(trial, "COUNT", trial.COUNT.replace("count(*)", "count(pg_sleep(1))"))

    with pytest.raises(TrialTooSlowError, match="20 seconds"):
        try_stages(terms({}), NOON)

    assert Customer.objects.count() == 1


def test_span_of_a_dwell_is_read_and_written() -> None:
    assert terms({"use": {"dwell": "PT36H"}})[6]["dwell"] == timedelta(hours=36)
