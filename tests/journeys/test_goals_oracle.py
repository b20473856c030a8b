"""Random events, goals and exits: the listener and the engine against a plain loop over one customer."""

import random
from datetime import timedelta

import pytest

from journeys import engine
from journeys.models import Conversion, Enrollment
from journeys.trigger import listen
from tests import builders
from tests.builders import HOUR, NOON
from tests.journeys.builders import live, step

pytestmark = pytest.mark.django_db
NAMES = ["A", "B", "C"]
ENDS = NOON + 30 * HOUR  # when the journey is over by itself


def some_goals(dice):
    return [
        {
            "name": f"g{number}",
            "when": _when(dice),
            "exits": dice.random() < 0.3,
            "once": dice.random() < 0.5,
            **({"window": f"PT{dice.randint(1, 40)}H"} if dice.random() < 0.6 else {}),
        }
        for number in range(dice.randint(0, 3))
    ]


def some_exits(dice):
    return [{"when": _when(dice), "reason": f"x{number}"} for number in range(dice.randint(0, 2))]


def _when(dice):
    where = [{"property": "n", "operator": "at_least", "value": dice.randint(0, 9)}]
    return {"kind": "event", "event": dice.choice(NAMES)} | ({"where": where} if dice.random() < 0.5 else {})


def fits(one, event):
    name, _, n = event
    when = one["when"]
    return when["event"] == name and all(n >= line["value"] for line in when.get("where", []))


def oracle(goals, exits, told):
    """What should come of events that are told at once, hour by hour: (conversions, why it ended)."""
    found, ended_at, reason = set(), None, "finished"
    for heard_at, events in told:
        if ended_at is None and heard_at > ENDS:
            ended_at = ENDS
        for number, event in sorted(events, key=lambda pair: pair[1][1]):
            happened = event[1]
            still = ended_at is None or happened <= ended_at
            for goal in (one for one in goals if fits(one, event)):
                window = goal.get("window")
                hours = int(window[2:-1]) if window else 0
                if happened > NOON and (happened <= NOON + hours * HOUR if window else still):
                    found.add((goal["name"], number if not goal["once"] else 0))
        if ended_at is None and (why := _first_end(goals, exits, events)):
            ended_at, reason = heard_at, why
    return found, reason


def _first_end(goals, exits, events):
    for _, event in sorted(events, key=lambda pair: pair[1][1]):
        for one in [*goals, *exits]:
            hours = int(one["window"][2:-1]) if one.get("window") else 10_000
            ends = one.get("exits", True)
            if ends and fits(one, event) and NOON < event[1] <= NOON + hours * HOUR:
                return one.get("reason") or f"goal:{one['name']}"
    return ""


@pytest.mark.parametrize("seed", range(40))
def test_what_counts_and_what_ends_is_what_a_plain_loop_says(seed):
    dice = random.Random(seed)
    goals, exits = some_goals(dice), some_exits(dice)
    live(
        step("stay", "wait", span="PT30H"), trigger={"kind": "event", "event": "In"}, goals=goals, exits=exits
    )
    one = builders.customer()
    builders.event(one, "In", NOON)
    listen(NOON)
    engine.advance(NOON)
    told = []
    for hour in range(1, 45):
        now = NOON + hour * HOUR
        events = []
        for _ in range(dice.choice([0, 0, 0, 1, 3])):
            late = dice.choice([0, 0, 5, 50])
            happened = now - late * HOUR + timedelta(seconds=dice.randint(-1000, 0))
            n = dice.randint(0, 9)
            row = builders.event(one, dice.choice(NAMES), happened, {"n": n})
            events.append((row.pk, (row.name, happened, n)))
        told.append((now, events))
        listen(now, limit=1000)
        engine.advance(now)

    expected, reason = oracle(goals, exits, told)

    found = {(row.goal, row.occasion) for row in Conversion.objects.all()}
    assert found == expected
    assert Enrollment.objects.get().exit_reason == reason
