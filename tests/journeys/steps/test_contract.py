"""What holds of every kind of step; a new one without settings in tests/journeys/settings.py fails here."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.step import (
    Advance,
    Change,
    ComeAgain,
    Did,
    Exit,
    Happened,
    Mark,
    Moment,
    Reach,
    Send,
    Turn,
    WaitFor,
    WaitUntil,
    registry,
    schemas,
)
from tests.journeys.settings import SETTINGS

MONDAY = datetime(2025, 3, 3, 12, tzinfo=UTC)
STEPS = [registry.get(kind).model_validate(settings) for kind in registry for settings in SETTINGS[kind]]
FATES = ["", "sent", "uncertain", "suppressed", "failed", "done", "waiting", "waited"]
LATER = st.integers(0, 400_000).map(lambda seconds: MONDAY + timedelta(seconds=seconds))


@st.composite
def moments(draw, step):
    """Whatever the engine may tell of a customer who stands at this step."""
    now, keys = draw(LATER), [*step.asks, *step.listens, *step.filters]
    some = st.frozensets(st.sampled_from(keys)) if keys else st.just(frozenset())
    happened = st.builds(Happened, st.sampled_from(list(step.listens)), LATER) if step.listens else st.none()
    return Moment(
        now=now,
        reached_at=draw(LATER.filter(lambda at: at <= now)),
        fate="" if getattr(step, "then", "") == "move_on" else draw(st.sampled_from(FATES)),
        fated_at=now,
        zone=draw(st.sampled_from([UTC, ZoneInfo("Europe/Rome"), ZoneInfo("Australia/Lord_Howe")])),
        holds=draw(some),
        fits=draw(some),
        happened=draw(st.none() | happened),
        lot=draw(st.integers(0, len(step.lots.weights) - 1)) if step.lots else 0,
        visits=draw(st.integers(0, 3)),
        date=draw(st.sampled_from(["", "soon", "2025-03-05", "1990-02-29", "2025-03-04T09:00:00+14:00"])),
        did=Did(
            draw(st.sampled_from(["", "sent", "bounced", "suppressed"])), "", is_opened=draw(st.booleans())
        ),
        reach=Reach(draw(st.frozensets(st.sampled_from(["email", "sms"]))), "sms", ""),
        hour=draw(st.none() | st.integers(0, 23)),
        turn=draw(st.none() | st.builds(Turn, st.booleans(), st.just(now + timedelta(seconds=1)))),
    )


def test_every_kind_has_settings_and_a_schema_that_describes_it():
    assert sorted(SETTINGS) == sorted(registry) == sorted(schemas())
    for kind, schema in schemas().items():
        assert registry.get(kind).__doc__
        assert "description" not in schema  # that is for programmers
        assert json.dumps(schema)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_settings_are_read_as_they_are_written(step):
    written = step.model_dump(mode="json", by_alias=True)

    assert type(step).model_validate(json.loads(json.dumps(written))) == step


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
@settings(max_examples=40)
@given(data=st.data())
def test_every_step_decides_purely_goes_by_its_branches_and_waits_for_what_is_to_come(step, data):
    moment = data.draw(moments(step))

    outcome = step.decide(moment)

    assert step.decide(moment) == outcome
    match outcome:
        case Advance(branch, at):
            assert branch in step.branches
            assert at is None or at <= moment.now
        case WaitUntil(at, mark):
            assert at > moment.now
            assert len(mark) <= 10
        case WaitFor(events, until):
            assert until > moment.now
            assert events
        case Send(channel, content):
            assert (channel, content) in {*step.reaches.items()} or content in step.contents.values()
        case Change(what):
            assert json.loads(json.dumps(what))["kind"] == step.kind
        case _:
            assert isinstance(outcome, ComeAgain | Exit | Mark)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_branches_have_names_that_can_be_stored(step):
    assert all(0 < len(branch) <= 60 for branch in step.branches)
    assert len(set(step.branches)) == len(step.branches)
