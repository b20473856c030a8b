from datetime import timedelta

import pytest

from channels.gate import dispatch
from channels.ledger import Fates, caps_now, fates, over_cap
from channels.limits import delete_limit, save_limit
from channels.models import Cap
from tests.builders import HOUR, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def capped(tmp_path):
    """Three messages to one customer under a cap of one: one is sent, two are held."""
    rows.channel("email", str(tmp_path / "journal"))
    cap = rows.cap(1, span=WEEK)
    reader, what = rows.reader(), rows.content()
    for _turn in range(3):
        rows.message(reader, what)
    dispatch("email", NOON)
    assert fates("journey") == Fates(sent=1, held=2)
    return cap


def test_cap_that_is_raised_lets_the_next_one_go(capped):
    capped.limit = 2
    save_limit(capped, NOON + HOUR)
    dispatch("email", NOON + HOUR)

    assert fates("journey") == Fates(sent=2, held=1)


def test_cap_that_is_deleted_holds_nothing(capped):
    delete_limit(capped, NOON + HOUR)
    dispatch("email", NOON + HOUR)

    assert fates("journey") == Fates(sent=3)


def test_cap_that_is_lowered_makes_nothing_wrong_that_went_before(capped):
    capped.limit = 3
    save_limit(capped, NOON)
    dispatch("email", NOON)
    capped.limit = 1
    save_limit(capped, NOON + HOUR)

    assert fates("journey") == Fates(sent=3)
    assert over_cap(NOON + HOUR) == []


def test_quiet_hours_that_are_deleted_hold_nothing(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    night = rows.quiet("00:00", "23:00")
    rows.message(rows.reader(), rows.content())
    dispatch("email", NOON)
    assert fates("journey") == Fates(held=1)

    delete_limit(night, NOON)
    dispatch("email", NOON)

    assert fates("journey") == Fates(sent=1)


def test_over_cap_finds_what_should_not_be():
    reader, what = rows.reader(time_zone="Europe/Rome"), rows.content()
    for hours in (0, 10, 12):  # the 23:00 of Rome is before midnight, 1:00 after it
        rows.message(reader, what, None, state="sent", slot_at=NOON + hours * HOUR)
    day = rows.cap(1, window="day")
    assert [(found.cap, found.slot_at) for found in over_cap(NOON + 12 * HOUR)] == [
        (day.name, NOON + 10 * HOUR)
    ]

    Cap.objects.all().delete()
    rows.cap(2, span=12 * HOUR)
    assert over_cap(NOON + 12 * HOUR) == []
    rows.cap(2, span=12 * HOUR + timedelta.resolution)
    assert len(over_cap(NOON + 12 * HOUR)) == 1
    assert over_cap(NOON + 9 * WEEK) == []
    assert len(over_cap(NOON + 9 * WEEK, ever=True)) == 1


def test_caps_now_say_how_much_is_left():
    weekly, texts = rows.cap(2, span=WEEK, name="a"), rows.cap(1, window="day", channel="sms", name="b")
    rows.cap(1, span=WEEK, stage_id=7, name="c")
    reader = rows.reader()
    rows.message(reader, rows.content("sms"), None, state="sent", slot_at=NOON)

    found = caps_now(reader.id, NOON + HOUR)

    assert [(use.cap, use.used) for use in found] == [(weekly, 1), (texts, 1)]
    assert found[0].frees_at is None
    assert found[1].frees_at == NOON + 11 * HOUR
