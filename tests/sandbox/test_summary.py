from datetime import timedelta

import pytest

from sandbox.models import Replay
from sandbox.summary import as_text, summarise
from tests import builders
from tests.builders import NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_summary_counts_orders_that_came_within_a_week_after_a_message():
    reader, content = rows.reader(), rows.content()
    rows.message(reader, content, state="sent", due_at=None, slot_at=NOON)
    for name, at in [
        ("Order Completed", NOON - HOUR),
        ("Order Completed", NOON + HOUR),
        ("Order Completed", NOON + timedelta(days=7, hours=1)),
        ("Page Viewed", NOON + HOUR),
    ]:
        builders.event(reader, name, at)

    summary = summarise(NOON - timedelta(days=1), NOON + timedelta(days=30))

    assert (summary["orders"], summary["orders_after_messages"]) == (3, 1)
    assert (summary["customers"], summary["events"]) == (1, 4)
    assert summary["messages"] == {"sent": {"email": 1}}


def test_summary_tells_what_caps_held_back_and_what_they_dropped():
    reader, content = rows.reader(), rows.content()
    rows.message(reader, content, state="sent", due_at=None, slot_at=NOON, held_by="cap")
    rows.message(reader, content, state="suppressed", due_at=None, reason="cap")
    rows.message(reader, content, state="suppressed", due_at=None, reason="no_consent")

    summary = summarise(NOON, NOON + HOUR)

    assert (summary["held_by_caps"], summary["dropped_by_caps"]) == (1, 1)
    assert summary["messages"] == {
        "sent": {"email": 1},
        "suppressed (cap)": {"email": 1},
        "suppressed (no_consent)": {"email": 1},
    }


def test_summary_is_told_as_text_alike_when_it_is_read_again():
    summary = summarise(NOON, NOON) | {"journeys": {"welcome": 1, "lapse": 2}}
    replay = Replay(name="weeks", starts_at=NOON, ends_at=NOON + HOUR, reached_at=NOON, summary=summary)

    text = as_text(replay)
    replay.save()  # jsonb keeps no order
    again = as_text(Replay.objects.get())

    assert "customers 0   events 0   bad 0" in text
    assert "awareness 0   discovery 0   interest 0   consideration 0   action 0   use 0   advocacy 0" in text
    assert "lapse 2   welcome 1" in text
    assert "caps      0 held back until a slot was free, 0 never sent" in text
    assert again == text
