from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from channels.models import Message
from insights.today import channels_today
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


def message(state, at, channel="email"):
    Message.objects.create(
        customer=customer(),
        channel=channel,
        source="api",
        source_id=0,
        state=state,
        created_at=at,
        closed_at=at,
    )


def test_today_counts_by_the_fate_of_the_local_day():
    midnight = NOON - 13 * HOUR  # of Rome
    for at, state in [
        (midnight, "sent"),
        (NOON, "delivered"),
        (NOON, "suppressed"),
        (NOON, "failed"),
        (NOON, "uncertain"),
        (midnight - timedelta(seconds=1), "sent"),
        (NOON - 2 * DAY, "bounced"),
        (NOON - 20 * DAY, "sent"),
    ]:
        message(state, at)
    message("sent", NOON - DAY, channel="sms")

    mail, sms = channels_today(NOON + HOUR, ROME)

    assert (mail.kind, mail.sent, mail.not_sent, mail.failed, mail.uncertain) == ("email", 2, 1, 1, 1)
    assert [many for _day, many in mail.days] == [0] * 12 + [1, 1, 2]
    assert (sms.kind, sms.sent, sms.days[-2][1]) == ("sms", 0, 1)
    assert [(round(y), round(height)) for _x, y, height, *_day in mail.bars][-3:] == [
        (16, 14),
        (16, 14),
        (2, 28),
    ]
