"""A call and its answer, from the step through the outbox to a receiver and back into the journey."""

import pytest

from channels.models import Channel, Message
from channels.preview import rendered_message
from channels.secrets import seal
from config import work
from journeys.models import StepLog
from journeys.step import Moment
from journeys.steps.call_webhook import CallWebhook
from tests import builders
from tests.builders import NOON
from tests.channels.providers.server import serving
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db
GOLD = {"branch": "gold", "where": [{"property": "tier", "operator": "equals", "value": "gold"}]}
IN_STOCK = {"property": "answers.call.stock", "operator": "greater", "value": 0}


@pytest.fixture(autouse=True)
def _sandbox(settings):
    settings.SANDBOX = True


def called(answer, journal):
    """The branches that a customer took whose call got this answer, and the enrollment."""
    text = content("then", "sms", is_transactional=True).texts.get()
    text.body = "{{ answers.call.tier }} {{ trigger.name }} {{ event.total }}"
    text.save()
    Channel.objects.create(kind="sms", provider="journal", settings=seal({"path": str(journal)}))
    with serving(lambda _: answer) as server:
        receiver = server.url.removeprefix("http://")
        Channel.objects.create(kind="webhook", provider="webhook", settings=seal({"receiver": receiver}))
        content("call", "webhook").texts.update(link=f"{server.url}/hook/a", body='{"a": 1}')
        version = live(
            step("call", "call_webhook", {"next": "stock", "not_sent": "then"}, content="call", cases=[GOLD]),
            step("stock", "branch", {"next": "then"}, rules=[{"branch": "there", "context": [IN_STOCK]}]),
            step("then", "send_sms", content="then"),
        )
        customer = builders.customer(phone="+393331234567")
        context = {"name": "Paid", "occurred_at": NOON.isoformat(), "properties": {"total": 5}}
        one = enrolled(version, customer, context=context)
        work.settle(NOON)
    one.refresh_from_db()
    return list(StepLog.objects.order_by("visit").values_list("step", "branch")), one


def test_a_journey_goes_by_the_answer_and_texts_say_it(tmp_path):
    taken, one = called((200, {}, b'{"tier": "gold", "stock": 3}'), tmp_path / "journal")

    assert taken == [("call", "gold"), ("stock", "there"), ("then", "sent")]
    assert one.context["answers"] == {"call": {"tier": "gold", "stock": 3}}
    message = Message.objects.get(step="then")
    assert rendered_message(message).text == "gold Paid 5"


def test_an_answer_that_no_case_expects_goes_by_sent(tmp_path):
    taken, one = called((200, {}, b'{"tier": "silver"}'), tmp_path / "journal")

    assert taken == [("call", "sent"), ("stock", "else"), ("then", "sent")]
    assert one.context["answers"] == {"call": {"tier": "silver"}}


def test_an_answer_that_is_no_json_is_no_answer(tmp_path):
    taken, one = called((200, {}, b"ok"), tmp_path / "journal")

    assert taken[:2] == [("call", "sent"), ("stock", "else")]
    assert "answers" not in one.context
    assert taken[2] == ("then", "not_sent")  # its text asks for what there is not


def test_a_refusal_goes_by_not_sent_and_keeps_what_was_said(tmp_path):
    taken, one = called((422, {}, b'{"tier": "gold"}'), tmp_path / "journal")

    assert taken[0] == ("call", "not_sent")
    assert one.context["answers"] == {"call": {"tier": "gold"}}


def test_call_webhook_names_its_branches():
    step_ = CallWebhook.model_validate({"content": "x", "cases": [GOLD]})

    assert step_.branches == ("gold", "sent", "not_sent")
    fated = Moment(NOON, NOON, "failed", NOON, fits=frozenset({"gold"}))
    assert step_.decide(fated).branch == "not_sent"


@pytest.mark.parametrize(
    "more",
    [
        {"cases": [GOLD, GOLD]},
        {"cases": [GOLD | {"branch": "sent"}]},
        {"cases": [GOLD], "then": "move_on"},
    ],
)
def test_call_webhook_refuses_cases_that_can_t_be(more):
    with pytest.raises(ValueError, match="cases"):
        CallWebhook.model_validate({"content": "x"} | more)
