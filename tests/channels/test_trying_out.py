"""A content sent to a colleague: it arrives as a customer would get it, and counts nowhere."""

import pytest
from django.contrib.auth.models import User

from channels.models import Channel, ContentText, Message
from channels.providers.journal import read_journal
from channels.trying_out import TryError, send_to_colleague
from tests.builders import NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.channel("sms", path)
    return path


@pytest.mark.parametrize(
    ("channel", "given", "sent_to"),
    [("email", "Ada@EXAMPLE.com ", "Ada@example.com"), ("sms", "333 1234567", "+393331234567")],
)
def test_it_arrives_filled_in_for_a_customer_and_is_no_message(journal, channel, given, sent_to):
    content = rows.content(channel)
    content.texts.update(subject="Ciao {{ customer.city }}")

    send_to_colleague(content, rows.reader(traits={"city": "Roma"}), given, NOON)

    (line,) = read_journal(journal)
    assert (line["to"], line["subject"]) == (sent_to, "Ciao Roma")
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("change", "address", "why"),
    [
        (lambda: None, "nobody", "An e-mail address looks like name@example.com."),
        (
            lambda: Channel.objects.update(is_active=False),
            "ada@example.com",
            "The channel is not active: set it up under Channels.",
        ),
        (
            lambda: ContentText.objects.update(subject="{{ customer.unheard_of }}"),
            "ada@example.com",
            "hello-email: subject, line 1: unheard_of is missing. Give it a |default(…).",
        ),
        (lambda: Channel.objects.update(provider="gone"), "ada@example.com", "gone"),
    ],
)
def test_it_says_why_nothing_was_sent(journal, change, address, why):
    content = rows.content()
    change()

    with pytest.raises(TryError) as error:
        send_to_colleague(content, rows.reader(), address, NOON)

    assert why in str(error.value)
    assert not read_journal(journal)


def test_page_sends_and_says_so(journal, client):
    client.force_login(User.objects.create_superuser("root"))
    content = rows.content()
    url, asked = f"/admin/content/{content.pk}/try/", {"sample": "", "colleague": "ada@example.com"}

    assert b"Nobody has this identity." in client.post(url, asked).content
    rows.reader()
    assert b"Sent: the provider said" in client.post(url, asked).content
    assert b"looks like name@example.com" in client.post(url, asked | {"colleague": "ada"}).content

    assert [line["to"] for line in read_journal(journal)] == ["ada@example.com"]
