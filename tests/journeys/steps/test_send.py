import pytest
from pydantic import ValidationError

from journeys.step import Advance, Moment, Reach, Send
from journeys.steps.send import SendAnywhere
from tests.builders import DAY, NOON

CONTENTS = [{"channel": channel, "content": f"hello-{channel}"} for channel in ("email", "sms", "push")]


def chosen(*reached, preferred="", last="", order="preferred"):
    step = SendAnywhere.model_validate({"contents": CONTENTS, "order": order, "on_cap": "switch"})
    outcome = step.decide(Moment(NOON, NOON, reach=Reach(frozenset(reached), preferred, last)))
    assert isinstance(outcome, Send)
    assert outcome.content == f"hello-{outcome.channel}"
    return [outcome.channel, *(slug.removeprefix("hello-") for slug in outcome.fallbacks)]


def test_send_takes_the_first_that_reaches_the_customer():
    assert chosen("email", "sms", "push", order="first") == ["email", "sms", "push"]
    assert chosen("push", "sms", order="first") == ["sms", "push"]
    assert chosen("push", preferred="push", last="sms", order="first") == ["push"]


def test_send_takes_what_the_customer_prefers_by_word_else_by_deed_else_the_order():
    assert chosen("email", "sms", "push", preferred="push", last="sms") == ["push", "sms", "email"]
    assert chosen("email", "sms", "push", last="sms") == ["sms", "email", "push"]
    assert chosen("email", "sms", "push", preferred="sms", last="sms") == ["sms", "email", "push"]
    assert chosen("email", "push") == ["email", "push"]


def test_send_tries_the_first_where_none_reaches_the_customer():
    assert chosen() == ["email"]


def test_send_goes_by_the_fate_as_every_sending_step():
    step = SendAnywhere.model_validate({"contents": CONTENTS, "expires_after": "P1D"})

    outcome = step.decide(Moment(NOON, NOON))
    assert isinstance(outcome, Send)
    assert (outcome.expires_at, outcome.waits) == (NOON + DAY, True)
    assert step.decide(Moment(NOON, NOON, "suppressed", NOON)) == Advance("not_sent", NOON)


@pytest.mark.parametrize("contents", [[], [CONTENTS[0], CONTENTS[0]], [{"channel": "fax", "content": "x"}]])
def test_send_refuses_contents_that_are_none(contents):
    with pytest.raises(ValidationError):
        SendAnywhere.model_validate({"contents": contents})
