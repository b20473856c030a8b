"""From the gate to the recorded answer, where something else than a provider fails."""

import pytest
from django.db import connection

from channels import delivery
from channels.gate import dispatch
from channels.models import Message
from channels.providers.journal import read_journal
from tests.builders import NOON
from tests.channels import rows

END_MY_SESSION = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def journal(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    return path


@pytest.mark.django_db(transaction=True)
def test_messages_go_back_when_the_database_goes_away_before_they_are_rendered(journal, monkeypatch):
    rows.message(rows.reader(), rows.content())
    render = delivery.render

    def ended(messages, sender, now):
        with connection.cursor() as cursor:
            cursor.execute(END_MY_SESSION)
        return render(messages, sender, now)

    monkeypatch.setattr(delivery, "render", ended)
    dispatch("email", NOON)

    message = Message.objects.get()
    assert (message.state, message.reason, message.due_at, message.attempts) == ("queued", "", NOON, 0)
    assert (message.lease_token, read_journal(journal)) == (None, [])

    monkeypatch.setattr(delivery, "render", render)
    dispatch("email", NOON)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)
    assert [line["id"] for line in read_journal(journal)] == [str(message.public_id)]
