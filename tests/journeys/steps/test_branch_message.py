import pytest
from pydantic import ValidationError

from journeys.step import Advance, Did, Moment
from journeys.steps.branch_message import BranchByMessage
from tests.builders import NOON

WAS = ["clicked", "opened", "delivered", "bounced", "complained", "suppressed", "failed", "not_yet", "sent"]
ALL = BranchByMessage(cases=[{"branch": was, "was": was} for was in WAS])


@pytest.mark.parametrize(
    ("did", "branch"),
    [
        (Did(), "not_yet"),
        (Did("queued"), "not_yet"),
        (Did("held", "cap"), "not_yet"),
        (Did("sending"), "not_yet"),
        (Did("sent"), "sent"),
        (Did("uncertain"), "sent"),
        (Did("delivered"), "delivered"),
        (Did("sent", is_delivered=True), "delivered"),
        (Did("sent", is_opened=True), "opened"),
        (Did("delivered", is_opened=True, is_clicked=True), "clicked"),
        (Did("bounced"), "bounced"),
        (Did("complained"), "complained"),
        (Did("suppressed", "no_consent"), "suppressed"),
        (Did("failed", "refused"), "failed"),
    ],
)
def test_branch_message_takes_the_first_case_that_is_so(did, branch):
    assert ALL.decide(Moment(NOON, NOON, did=did)) == Advance(branch)


def test_branch_message_asks_for_the_reason_and_counts_who_clicked_as_who_opened():
    step = BranchByMessage(
        cases=[
            {"branch": "read", "was": "opened"},
            {"branch": "capped", "was": "suppressed", "reasons": ["cap", "priority"]},
        ]
    )

    assert step.branches == ("read", "capped", "else")
    assert step.decide(Moment(NOON, NOON, did=Did("sent", is_clicked=True))) == Advance("read")
    assert step.decide(Moment(NOON, NOON, did=Did("suppressed", "cap"))) == Advance("capped")
    assert step.decide(Moment(NOON, NOON, did=Did("suppressed", "no_consent"))) == Advance("else")


@pytest.mark.parametrize(
    "cases",
    [
        [],
        [{"branch": "else", "was": "opened"}],
        [{"branch": "a", "was": "read"}],
        [{"branch": "a", "was": "opened", "reasons": ["cap"]}],
        [{"branch": "a", "was": "opened"}, {"branch": "a", "was": "clicked"}],
    ],
)
def test_branch_message_refuses_cases_that_are_none(cases):
    with pytest.raises(ValidationError):
        BranchByMessage.model_validate({"cases": cases})
