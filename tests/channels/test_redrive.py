import pytest
from django.contrib.auth.models import User

from channels.gate import dispatch
from channels.models import Message, PausedSource
from channels.providers.journal import read_journal
from channels.redrive import send_again
from tests.builders import HOUR, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db


def failed(**fields):
    values = {
        "state": "failed",
        "reason": "exhausted",
        "attempts": 5,
        "due_at": None,
        "closed_at": NOON - HOUR,
    }
    return rows.message(rows.reader(), rows.content(), **values | fields)


def stands():
    return list(Message.objects.values_list("state", "reason", "attempts"))


@pytest.mark.django_db(transaction=True)
def test_what_the_provider_failed_goes_out_on_another_try(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    message = failed()

    assert send_again([message.pk], NOON) == 1
    assert stands() == [("queued", "", 0)]
    dispatch("email", NOON)

    assert stands() == [("sent", "", 1)]
    assert len(read_journal(str(tmp_path / "journal"))) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": "refused"},
        {"state": "uncertain", "reason": "no_answer"},
        {"state": "suppressed", "reason": "no_consent"},
        {"state": "sent", "reason": ""},
    ],
)
def test_nothing_else_is_sent_again(fields):
    message = failed(**fields)
    before = stands()

    assert send_again([message.pk], NOON) == 0
    assert stands() == before


def test_messages_of_a_paused_source_wait():
    message = failed()
    PausedSource.objects.create(source=message.source, source_id=message.source_id)

    assert send_again([message.pk], NOON) == 1
    assert stands() == [("held", "paused", 0)]


def test_the_list_of_messages_sends_again_and_tells_of_the_others(client):
    client.force_login(User.objects.create_superuser("ada"))
    one = failed()
    other = Message.objects.create(
        customer=one.customer, channel="email", source="api", source_id=1, state="sent", created_at=NOON
    )

    page = client.post(
        "/admin/channels/message/",
        {"action": "send_again", "_selected_action": [one.pk, other.pk]},
        follow=True,
    ).content.decode()

    assert "1 message is sent again." in page
    assert "1 message stays as it is" in page
    assert {message.state for message in Message.objects.all()} == {"queued", "sent"}
