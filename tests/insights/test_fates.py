import pytest

from channels.models import Message, MessageState
from config.period import Period
from insights.fates import fate_report
from tests.builders import DAY, NOON, customer

pytestmark = pytest.mark.django_db


def test_report_holds_the_identity_over_all_states() -> None:
    ada = customer()
    for number, state in enumerate(MessageState.values):
        for _time in range(number + 1):
            reason = "cap" if state in {"held", "suppressed"} else ""
            Message.objects.create(
                customer=ada,
                channel="sms",
                source="api",
                source_id=0,
                state=state,
                reason=reason,
                created_at=NOON,
                due_at=NOON if state in {"queued", "held"} else None,
            )

    report = fate_report(Period.of("7", NOON + DAY))

    assert report.all.candidates == sum(count for _fate, _name, count in report.all.parts) == 55
    assert report.all.sent == 4 + 5 + 6 + 7
    assert report.reasons == [("cap", "a cap is full", 2, 8)]
    assert [(kind, ledger.candidates) for kind, _name, ledger in report.channels] == [("sms", 55)]


def test_report_is_of_its_period_only() -> None:
    Message.objects.create(
        customer=customer(), channel="sms", source="api", source_id=0, due_at=NOON, created_at=NOON
    )

    assert fate_report(Period.of("7", NOON + 8 * DAY)).all.candidates == 0
