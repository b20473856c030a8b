"""Each step decides by what it is handed; no database."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from journeys.step import (
    Advance,
    Ask,
    Exit,
    Happened,
    Listen,
    Moment,
    Send,
    WaitFor,
    WaitUntil,
    registry,
    schemas,
)
from journeys.steps.branch import Branch
from journeys.steps.exit import Leave
from journeys.steps.send_email import SendEmail
from journeys.steps.send_sms import SendSms
from journeys.steps.wait import Wait
from journeys.steps.wait_for import WaitForEvent
from journeys.steps.wait_until import WaitUntilTime

MONDAY = datetime(2025, 3, 3, 12, tzinfo=UTC)
WEDNESDAY = MONDAY + timedelta(days=2)
ROME = ZoneInfo("Europe/Rome")
LIKES_TEA = {"field": "trait", "trait": "drink", "operator": "equals", "value": "tea"}


def moment(**known):
    return Moment(**({"now": MONDAY, "reached_at": MONDAY} | known))


def test_wait_holds_until_the_span_has_passed():
    step = Wait(span=timedelta(days=2))

    assert step.decide(moment()) == WaitUntil(WEDNESDAY)
    assert step.decide(moment(now=WEDNESDAY)) == Advance()


@pytest.mark.parametrize("span", ["PT0S", "-P1D", "P9999D", "two days"])
def test_wait_refuses_spans_that_are_none(span):
    with pytest.raises(ValidationError):
        Wait.model_validate({"span": span})


def test_wait_until_holds_until_the_clocks_of_the_customer_show_the_time():
    step = WaitUntilTime(at=time(9, 30))

    assert step.decide(moment(zone=ROME)) == WaitUntil(datetime(2025, 3, 4, 8, 30, tzinfo=UTC))
    assert step.decide(moment(zone=ROME, now=datetime(2025, 3, 4, 8, 30, tzinfo=UTC))) == Advance()


def test_wait_until_holds_until_one_of_the_weekdays():
    step = WaitUntilTime(at=time(9), weekdays=("saturday", "sunday"))

    assert step.decide(moment()) == WaitUntil(datetime(2025, 3, 8, 9, tzinfo=UTC))


def test_wait_until_takes_the_next_day_for_who_comes_at_the_very_time():
    step = WaitUntilTime(at=time(12))

    assert step.decide(moment()) == WaitUntil(MONDAY + timedelta(days=1))


@pytest.mark.parametrize("settings", [{"at": "25:00"}, {"at": "09:00Z"}, {"at": "09:00", "weekdays": []}, {}])
def test_wait_until_refuses_times_that_are_none(settings):
    with pytest.raises(ValidationError):
        WaitUntilTime.model_validate(settings)


def test_wait_for_goes_by_happened_when_the_event_came_in_time():
    step = WaitForEvent(event="Order Completed", at_most=timedelta(days=2))

    assert step.decide(moment()) == WaitFor(("Order Completed",), WEDNESDAY)
    in_time = Happened("happened", MONDAY + timedelta(hours=1))
    assert step.decide(moment(happened=in_time)) == Advance("happened")


def test_wait_for_goes_by_timed_out_when_the_event_came_too_late_or_never():
    step = WaitForEvent(event="Order Completed", at_most=timedelta(days=2))
    late = WEDNESDAY + timedelta(seconds=1)

    assert step.decide(moment(now=WEDNESDAY)) == Advance("timed_out")
    assert step.decide(moment(now=late, happened=Happened("happened", late))) == Advance("timed_out")


def test_wait_for_tells_what_it_listens_to():
    where = [{"property": "total", "operator": "greater", "value": 10}]

    step = WaitForEvent(event="Order Completed", where=where, at_most=timedelta(days=1))

    assert step.listens == {"happened": Listen("Order Completed", where, "for.0.where")}


def test_branch_takes_the_first_rule_that_holds():
    step = Branch(rules=[{"branch": "vip", "rule": LIKES_TEA}, {"branch": "tea", "rule": LIKES_TEA}])

    assert step.branches == ("vip", "tea", "else")
    assert step.asks == {"vip": Ask("rules.0.rule", LIKES_TEA), "tea": Ask("rules.1.rule", LIKES_TEA)}
    assert step.decide(moment(holds=frozenset({"tea", "vip"}))) == Advance("vip")
    assert step.decide(moment(holds=frozenset({"tea"}))) == Advance("tea")
    assert step.decide(moment()) == Advance("else")


@pytest.mark.parametrize("names", [("a", "a"), ("else",), ("next",), ("",), ("A b",), ()])
def test_branch_refuses_names_that_mean_two_things(names):
    with pytest.raises(ValidationError):
        Branch.model_validate({"rules": [{"branch": name, "rule": LIKES_TEA} for name in names]})


def test_exit_leaves_with_its_reason():
    assert Leave(reason="bought").decide(moment()) == Exit("bought")
    assert Leave().branches == ()


def test_send_asks_for_its_message_and_waits_for_its_fate():
    step = SendEmail(content="hello", priority=70, expires_after=timedelta(days=2), fallbacks=["hello-sms"])

    assert step.decide(moment()) == Send(
        "email", "hello", priority=70, fallbacks=("hello-sms",), expires_at=WEDNESDAY, waits=True
    )
    assert step.branches == ("sent", "not_sent")
    assert step.contents == {"content": "hello", "fallbacks.0": "hello-sms"}


@pytest.mark.parametrize(
    ("fate", "branch"),
    [("sent", "sent"), ("uncertain", "sent"), ("suppressed", "not_sent"), ("failed", "not_sent")],
)
def test_send_goes_by_the_fate_of_its_message_and_counts_from_it(fate, branch):
    outcome = SendSms(content="hello").decide(moment(now=WEDNESDAY, fate=fate, fated_at=MONDAY))

    assert outcome == Advance(branch, MONDAY)


def test_send_can_move_on_at_once():
    step = SendSms(content="hello", then="move_on", on_cap="drop")

    assert step.decide(moment()) == Send("sms", "hello", on_cap="drop", waits=False)
    assert step.branches == ("next",)


@pytest.mark.parametrize("kind", sorted(registry))
def test_every_step_refuses_settings_that_it_does_not_know(kind):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        registry.get(kind).model_validate({"colour": "red"})


def test_every_step_has_a_schema():
    assert sorted(schemas()) == sorted(registry)
    assert {schema["type"] for schema in schemas().values()} == {"object"}
    assert schemas()["wait"]["properties"]["span"]["format"] == "duration"
