import pytest

from channels.models import Message
from insights.messages import found
from tests.builders import NOON, customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> Message:
    ada = customer(email="ada@example.com")
    return Message.objects.create(
        customer=ada, channel="sms", source="api", source_id=0, due_at=NOON, created_at=NOON
    )


@pytest.mark.parametrize("words", ["ada@example.com", " Ada@Example.com ", ""])
def test_message_is_found_by_its_customer(asked: Message, words: str) -> None:
    assert list(found(Message.objects.all(), words)) == [asked]


def test_message_is_found_by_its_id(asked: Message) -> None:
    asked.refresh_from_db()

    assert list(found(Message.objects.all(), str(asked.public_id))) == [asked]


@pytest.mark.parametrize("words", ["nobody@example.com", "\x00", "%", "9" * 500])
def test_nothing_is_found_for_strange_words(asked: Message, words: str) -> None:  # noqa: ARG001 - it is there
    assert list(found(Message.objects.none(), words)) == []
