"""Tests that are kept with a journey: run on publishing, and told where they differ."""

import pytest

from channels.models import Channel
from channels.secrets import seal
from journeys import kept, services
from journeys.faults import GraphError
from journeys.models import KeptTest
from journeys.rehearsal.terms import TermsError, parse_terms
from journeys.rehearsal.walk import walk
from tests.builders import NOON
from tests.journeys.builders import content, draft, step

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]
TERMS = {
    "person": {
        "identities": {"email": "anna@example.com"},
        "consents": [{"channel": "email"}],
        "time_zone": "Europe/Rome",
    },
    "starts_at": NOON.isoformat(),
    "inputs": [{"kind": "event", "event": "Order Completed"}],
}
LETTER = {
    "step": "letter",
    "content": "hello",
    "channel": "email",
    "at": "2025-03-05T13:00:00",
    "state": "sent",
}
CAME = {"messages": [LETTER], "path": ["pause", "letter: sent"], "exit_reason": "finished"}


@pytest.fixture
def mail():
    nowhere = seal({"path": "nowhere"})
    Channel.objects.create(kind="email", provider="journal", settings=nowhere, sender="S <s@example.com>")
    return content("hello")


@pytest.fixture
def journey():
    return draft(
        step("pause", "wait", {"next": "letter"}, span="P2D"), step("letter", "send_email", content="hello")
    )


def outcome(journey, expects, **terms):
    case = kept.parse_case("of Anna", TERMS | terms, expects)
    return kept.run_cases(journey, [case])[0].differences


def test_walk_is_kept_as_a_test_that_passes(journey):
    path = walk(journey, parse_terms(TERMS))

    test = kept.keep_walk(journey, "of Anna", TERMS, path)

    assert test.expects == CAME
    assert [one.differences for one in kept.run_tests(journey, [test])] == [[]]


def test_what_is_not_said_may_be_anything(journey):
    assert outcome(journey, {"messages": [{}]}) == []
    assert outcome(journey, {"messages": [{"at": "P2D"}]}) == []


@pytest.mark.parametrize(
    ("expects", "difference"),
    [
        ({"messages": []}, "messages expected: 0; there are 1: letter (sent)"),
        (
            {"messages": [{"state": "suppressed", "reason": "no_consent"}]},
            "message 1 (letter): expected state 'suppressed'; it is 'sent'",
        ),
        (
            {"messages": [{"at": "P3D"}]},
            "message 1 (letter): expected at 2025-03-06T13:00:00; it is at 2025-03-05T13:00:00",
        ),
        (
            {"messages": [{}], "path": ["letter: sent"]},
            "expected the path letter: sent; it is pause → letter: sent",
        ),
        ({"messages": [{}], "exit_reason": "bought"}, "expected the exit 'bought'; it is 'finished'"),
    ],
)
def test_each_difference_is_told(journey, expects, difference):
    assert outcome(journey, expects)[0] == difference


def test_test_about_nobody_fails_alone(journey):
    gone = {"customer": "00000000-0000-4000-8000-000000000000"}
    cases = [
        kept.parse_case("gone", TERMS | {"person": gone}, {}),
        kept.parse_case("there", TERMS, {"messages": [{}]}),
    ]

    gone_outcome, there = kept.run_cases(journey, cases)

    assert gone_outcome.differences == ["person.customer: there is no such customer"]
    assert there.has_passed


def test_failing_test_keeps_a_draft_from_being_published(journey):
    test = kept.save_test(journey, "of Anna", TERMS, CAME | {"messages": []})

    with pytest.raises(GraphError) as refused:
        services.publish(journey.pk, NOON)
    kept.save_test(journey, "of Anna", TERMS, CAME)
    services.publish(journey.pk, NOON)

    expected = "messages expected: 0; there are 1: letter (sent)"
    assert refused.value.errors == [{"path": "tests.of Anna", "message": expected}]
    assert list(KeptTest.objects.all()) == [test]
    journey.refresh_from_db()
    assert journey.state == "live"


def test_draft_that_changes_under_its_tests_is_not_published(journey, monkeypatch):
    changed = journey.draft | {"steps": [step("pause", "wait", span="P3D")]}
    monkeypatch.setattr(kept, "check", lambda tested, _graph: services.save_draft(tested.pk, changed))

    with pytest.raises(services.JourneyStateError, match="was changed while"):
        services.publish(journey.pk, NOON)


@pytest.mark.parametrize(
    ("terms", "expects", "path"),
    [
        ([], {}, "terms"),
        (TERMS | {"inputs": [{"kind": "sing"}]}, {}, "terms.inputs.0"),
        (TERMS, [], "expects"),
        (TERMS, {"messages": [{"state": "lost"}]}, "expects.messages.0.state"),
        (TERMS, {"messages": [{"at": "soon"}]}, "expects.messages.0.at"),
    ],
)
def test_test_that_cannot_be_read_is_not_kept(journey, terms, expects, path):
    with pytest.raises(TermsError) as refused:
        kept.save_test(journey, "of Anna", terms, expects)

    assert refused.value.errors[0]["path"] == path


def test_journey_keeps_no_more_tests_than_can_be_run(journey, monkeypatch):
    monkeypatch.setattr(kept, "MOST_TESTS", 1)
    kept.save_test(journey, "one", TERMS, {})
    kept.save_test(journey, "one", TERMS, CAME)

    with pytest.raises(TermsError, match="at most 1 tests"):
        kept.save_test(journey, "two", TERMS, {})
