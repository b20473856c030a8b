"""Numbers on the canvas equal a straightforward count of the rows, and the counts that there are."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from channels.models import Message
from config import tally
from journeys import engine, moving, services
from journeys.counts import ALWAYS, Within, journey_counts, step_counts
from journeys.goal_counts import goal_counts
from journeys.models import Conversion, Enrollment, JourneyVersion, StepLog
from journeys.numbers import as_json, numbers_of
from journeys.people import BEHIND, UnknownNumberError, people_behind
from journeys.tallies import TALLIES
from journeys.trigger import listen
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
PAID = {
    "name": "paid",
    "when": {"kind": "event", "event": "Paid"},
    "value": {"amount": "2.50", "currency": "EUR"},
}
STEPS = [
    step("mail", "send_email", {"next": "part"}, content="hello", then="move_on"),
    step(
        "part",
        "split",
        {"a": "pause", "b": "await"},
        parts=[{"branch": "a", "weight": 1}, {"branch": "b", "weight": 1}],
    ),
    step("pause", "wait", {"next": "again"}, span="P2D"),
    step("again", "goto", {"again": "mail", "exhausted": "bye"}, at_most=2),
    step(
        "await",
        "wait_for",
        {"seen": "bye", "timed_out": None},
        **{"for": [{"branch": "seen", "event": "Viewed"}]},
        at_most="P3D",
    ),
    step("bye", "exit", reason="done"),
]
MIDNIGHT = datetime(2025, 3, 3, tzinfo=ZoneInfo("Europe/Rome"))
FIRST_DAYS = Within(MIDNIGHT, MIDNIGHT + 3 * DAY)
LATER = Within(MIDNIGHT + 3 * DAY, MIDNIGHT + 30 * DAY)
FATES = [
    ("sent", ""),
    ("delivered", ""),
    ("suppressed", "no_consent"),
    ("suppressed", "holdout"),
    ("failed", "refused"),
]


@pytest.fixture
def version():
    """A week of fifty customers, some of whom pay, look, are taken out or moved to the next version."""
    content("hello")
    first = live(*STEPS, goals=[PAID])
    chance = Random(7)
    rows, newest = [], first
    for day in range(8):
        now = NOON + day * DAY + HOUR
        rows += [enrolled(newest, builders.customer(), now=now - HOUR) for _ in range(7)]
        for row in chance.sample(rows, 6):
            builders.event(row.customer, chance.choice(["Paid", "Viewed"]), now - timedelta(minutes=5))
        listen(now)
        while engine.advance(now):
            pass
        for message in Message.objects.filter(state="queued", created_at=now):
            state, reason = chance.choice([*FATES, ("queued", "")])
            Message.objects.filter(pk=message.pk).update(
                state=state,
                reason=reason,
                due_at=message.due_at if state == "queued" else None,
                opened_at=now if state == "delivered" else None,
                clicked_at=now if state == "delivered" and chance.random() < 0.5 else None,
            )
        if day == 1:
            services.exit_enrollments([row.pk for row in rows[:3]], "by hand", now)
        if day == 2:
            changed = [*STEPS[:-1], step("bye", "exit", reason="done now")]
            services.save_draft(first.journey_id, graph(*changed, goals=[PAID]))
            newest = services.publish(first.journey_id, now, moves={1: {"await": None}})
            while moving.move_versions(now, 1000):
                pass
    return first


def of(version):
    return list(JourneyVersion.objects.filter(journey=version.journey_id).values_list("pk", flat=True))


def is_in(at, within):
    return within is ALWAYS or within.start <= at < within.end


def straightforward(versions, within):
    """The same by going through all rows one by one."""
    log = StepLog.objects.filter(version__in=versions)
    passed = {(line.enrollment_id, line.version_id, line.visit) for line in log}
    counted = [
        *((line.step, "came") for line in log if is_in(line.reached_at, within)),
        *(one for line in log if is_in(line.left_at, within) for one in went_on(line)),
        *(
            one
            for row in Enrollment.objects.filter(version__in=versions)
            for one in stands(row, within, has_passed=(row.pk, row.version_id, row.visit) in passed)
        ),
        *(
            one
            for message in Message.objects.filter(source_id__in=versions)
            if is_in(message.created_at, within)
            for one in became(message)
        ),
    ]
    return {name: Counter(what for at, what in counted if at == name) for name, _what in counted}


def went_on(line):
    return [(line.step, "passed"), (line.step, f"by {line.branch}")]


def stands(row, within, *, has_passed):
    is_inside = row.standing != "ended"
    has_left = not is_inside and not has_passed
    if is_inside:
        yield row.step, "waiting"
    if has_left and is_in(row.reached_at, within):
        yield row.step, "left"
    if (is_inside or has_left) and is_in(row.reached_at, within):
        yield row.step, "came"


def became(message):
    names = {"sent": "sent", "delivered": "sent", "queued": "held", "failed": "failed"}
    name = "held_out" if message.reason == "holdout" else names.get(message.state, "suppressed")
    did = [what for what in ("opened", "clicked") if getattr(message, f"{what}_at")]
    return [(message.step, what) for what in (name, *did)]


@pytest.mark.parametrize("within", [ALWAYS, FIRST_DAYS, LATER], ids=["ever", "first days", "later"])
def test_numbers_equal_a_straightforward_count(version, within):
    for versions in (of(version), [version.pk]):
        expected = straightforward(versions, within)

        told = as_json(numbers_of(version.journey_id, versions, NOON + 8 * DAY, within))

        seen = {
            name: Counter({what: many for what, many in numbers.items() if many})
            + Counter({f"by {branch}": many for branch, many in told["edges"].get(name, {}).items()})
            for name, numbers in told["steps"].items()
        }
        assert {name: one for name, one in seen.items() if one} == expected
        rows = Enrollment.objects.filter(version__in=versions)
        assert told["entered"] == sum(is_in(row.entered_at, within) for row in rows)
        assert told["ended"] == Counter(
            row.exit_reason for row in rows if row.ended_at and is_in(row.ended_at, within)
        )
        reached = [
            one for one in Conversion.objects.filter(version__in=versions) if is_in(one.occurred_at, within)
        ]
        assert told["converted"] == len({one.enrollment_id for one in reached})
        worth = [{"currency": "EUR", "amount": f"{2.5 * len(reached):.2f}"}] if reached else []
        assert told["value"] == worth


def test_numbers_are_those_of_the_rows_before_and_after_folding(version):
    def told(within):
        return as_json(numbers_of(version.journey_id, of(version), NOON, within))

    lines = [told(within) for within in (ALWAYS, FIRST_DAYS, LATER)]
    assert [one.recount(NOON) for one in TALLIES] == [0] * len(TALLIES)
    tally.fold_all(NOON)

    assert [told(within) for within in (ALWAYS, FIRST_DAYS, LATER)] == lines
    assert [one.recount(NOON) for one in TALLIES] == [0] * len(TALLIES)


def test_everything_happens_in_what_is_counted(version):
    told = as_json(numbers_of(version.journey_id, of(version), NOON))

    seen = {what for numbers in told["steps"].values() for what, many in numbers.items() if many}
    assert seen >= {
        "waiting",
        "left",
        "sent",
        "held",
        "suppressed",
        "failed",
        "held_out",
        "opened",
        "clicked",
    }
    assert told["converted"]
    assert {"done now", "by hand", "goal:paid", "finished", "migrated"} <= set(told["ended"])


def test_numbers_agree_with_the_journeys_own_counts(version):
    told = numbers_of(version.journey_id, of(version), NOON)
    whole = journey_counts()[version.journey_id]

    assert told.entered == whole.entered
    assert sum(step.inside for step in told.steps.values()) == whole.inside
    assert sum(step.sent for step in told.steps.values()) == whole.sent
    assert sum(step.held for step in told.steps.values()) == whole.held
    assert sum(step.not_sent for step in told.steps.values()) == whole.not_sent
    assert told.steps == step_counts(of(version))
    assert list(told.goals) == goal_counts(version.journey_id, of(version))
    for one in told.steps.values():
        assert one.entered == one.passed + one.inside + one.left


@pytest.mark.parametrize("within", [ALWAYS, FIRST_DAYS], ids=["ever", "first days"])
def test_as_many_people_are_behind_each_number(version, within):
    told = as_json(numbers_of(version.journey_id, of(version), NOON, within))
    whats = set(BEHIND) - {"entered", "ended", "converted"}

    for name, numbers in told["steps"].items():
        for what in whats:
            assert len(behind(version, what, name, within)) == numbers[what], (name, what)
        for branch, many in told["edges"].get(name, {}).items():
            assert len(behind(version, "passed", name, within, branch)) == many
    assert len(behind(version, "entered", "", within)) == told["entered"]
    assert len(behind(version, "converted", "", within)) == told["converted"]
    for reason, many in told["ended"].items():
        assert len(behind(version, "ended", "", within, reason)) == many


def behind(version, what, name, within, branch=""):
    people, page, has_more = [], 0, True
    while has_more:
        found, has_more = people_behind(what, version.journey_id, of(version), name, branch, within, page)
        people, page = people + found, page + 1
    return people


def test_everybody_behind_a_number_has_their_why(version):
    def whys(what, name, branch=""):
        return {one.why for one in behind(version, what, name, ALWAYS, branch)}

    assert "not sent: no consent" in whys("suppressed", "mail")
    assert "failed: refused by the provider" in whys("failed", "mail")
    assert whys("ended", "", "by hand") == {"Left the journey: by hand."}
    assert all("Waits for the event Viewed" in why for why in whys("waiting", "await"))
    assert all(why.endswith("by a.") for why in whys("passed", "part", "a"))
    newest = [one.at for one in behind(version, "passed", "part", ALWAYS)]
    assert newest == sorted(newest, reverse=True)


def test_an_unknown_number_is_refused():
    with pytest.raises(UnknownNumberError):
        people_behind("secrets", 1, [1], "mail", "", ALWAYS, 0)
