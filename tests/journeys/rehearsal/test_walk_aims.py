"""What a journey is for, whom it leaves out and whom dates let in: in a walk as in the product."""

from datetime import timedelta
from decimal import Decimal

import pytest

from channels.holdout import set_holdout
from journeys.models import DateDue
from journeys.rehearsal.walk import walk
from tests.acceptance.world import quiet
from tests.builders import DAY, HOUR, NOON, customer
from tests.journeys.builders import draft, live, step
from tests.journeys.rehearsal.builders import ANNA, ORDER, gate, letter, pause, terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]
SIGNED_UP = {"kind": "event", "event": "Signed Up"}
IS_ORDER = {"name": "order", "when": {"kind": "event", "event": "Order Completed"}}


def goals(path):
    """The goals that were reached, when, and what each was worth."""
    return [
        (one.said["goal"], one.at - path.starts_at, one.said["value"], one.said["currency"])
        for one in path.seen
        if one.kind == "goal"
    ]


def test_goal_ends_the_walk_in_the_middle_of_a_wait():
    worth = IS_ORDER | {"value": {"property": "total", "currency": "EUR"}}
    journey = draft(pause(), letter(), trigger=SIGNED_UP, goals=[worth])

    path = walk(journey, terms(SIGNED_UP, ORDER | {"at": "P1D"}))

    assert goals(path) == [("order", DAY, 12, "EUR")]
    assert (path.enrollment.exit_reason, path.enrollment.ended_at) == ("goal:order", NOON + DAY)
    assert gate(path) == []
    assert path.is_over


def test_goal_withdraws_the_message_that_is_held():
    quiet("12:00", "09:00")
    journey = draft(letter(), trigger=SIGNED_UP, goals=[IS_ORDER])

    path = walk(journey, terms(SIGNED_UP, ORDER | {"at": "PT3H"}))

    assert gate(path) == [("held", "quiet_hours", timedelta(0)), ("suppressed", "exited", 3 * HOUR)]
    assert path.written[0].message.detail == "goal:order"


def test_goal_that_ends_nothing_and_one_that_a_step_marks_are_seen():
    often = IS_ORDER | {"exits": False, "once": False}
    journey = draft(
        pause(next="read"),
        step("read", "goal", {"next": "letter"}, goal="read"),
        letter(),
        trigger=SIGNED_UP,
        goals=[often, {"name": "read", "exits": False}],
    )

    path = walk(journey, terms(SIGNED_UP, ORDER | {"at": "PT1H"}, ORDER | {"at": "PT2H"}))

    assert goals(path) == [
        ("order", HOUR, None, ""),
        ("order", 2 * HOUR, None, ""),
        ("read", 2 * DAY, None, ""),
    ]
    assert gate(path) == [("sent", "", 2 * DAY)]


@pytest.mark.parametrize("by", ["journey", "global"])
def test_who_is_held_out_walks_on_and_is_written_to_by_nothing(by):
    later = letter() | {"branches": {"sent": "pause", "not_sent": None}}
    journey = draft(later, pause(next=None), **({"holdout": {"percent": 100}} if by == "journey" else {}))
    if by == "global":
        set_holdout(Decimal(100), NOON)

    path = walk(journey, terms(ORDER))

    assert gate(path) == [("suppressed", "holdout", timedelta(0))]
    assert path.written[0].message.detail == by
    assert [one.step for one in path.seen if one.kind == "passed"] == ["letter", "pause"]


@pytest.mark.parametrize(("days", "at"), [(0, "P2D"), (-1, "P1D"), (3, "P5D")])
def test_date_lets_a_customer_in_by_their_own_clocks(days, at):
    trigger = {"kind": "date", "trait": "birthday", "days": days, "at": "13:00"}
    person = ANNA | {"traits": {"birthday": "1980-03-05"}}

    path = walk(draft(letter(), trigger=trigger), terms(person=person, until="P9D"))

    assert gate(path) == [("sent", "", timedelta(days=int(at[1])))]


def test_date_that_moves_is_followed():
    trigger = {"kind": "date", "trait": "renewal", "recurs": "once", "at": "13:00"}
    moves = {"kind": "traits", "at": "P1D", "traits": {"renewal": "2025-03-08"}}
    person = ANNA | {"traits": {"renewal": "2025-03-05"}}

    path = walk(draft(letter(), trigger=trigger), terms(moves, person=person, until="P9D"))

    assert gate(path) == [("sent", "", 5 * DAY)]


def test_date_that_let_a_customer_in_already_counts_again_in_a_walk():
    trigger = {"kind": "date", "trait": "birthday", "at": "13:00"}
    version = live(letter(), trigger=trigger)
    anna = customer(traits={"birthday": "1980-03-05"}, time_zone="Europe/Rome")
    DateDue.objects.create(journey=version.journey, customer=anna, due_at=None, seen="2025-03-05")

    path = walk(version.journey, terms(person={"customer": str(anna.public_id)}, until="P9D"))

    assert [one.at - path.starts_at for one in path.seen if one.kind == "entered"] == [2 * DAY]
