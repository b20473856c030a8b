import pytest

from channels.health import channel_days
from channels.models import Channel, Message
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db


def message(state: str, **fields: object) -> None:
    values = {"channel": "sms", "source": "api", "source_id": 0, "created_at": NOON, "state": state}
    Message.objects.create(customer=customer(), **(values | fields))


def health(**fields: object) -> str:
    Channel.objects.update_or_create(kind="sms", defaults={"provider": "http_sms", **fields})
    return channel_days(NOON)[0].health


def test_channel_is_well_while_nothing_fails() -> None:
    message("sent", closed_at=NOON - HOUR, sent_at=NOON - HOUR)

    assert health() == "well"


def test_channel_is_failing_when_more_than_a_twentieth_of_a_day_fails() -> None:
    message("failed", closed_at=NOON - HOUR)

    assert health() == "failing"


def test_failures_of_yesterday_are_forgotten() -> None:
    message("failed", closed_at=NOON - DAY - HOUR)

    assert health() == "well"


def test_channel_is_late_when_due_messages_wait() -> None:
    message("queued", due_at=NOON - HOUR)

    assert health() == "late"


def test_channel_that_is_not_active_is_off() -> None:
    assert health(is_active=False) == "off"
