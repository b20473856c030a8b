from datetime import UTC, datetime, timedelta

import pytest

from config import clock

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_clock_is_real_until_it_is_set(settings):
    settings.REHEARSAL = True

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)

    clock.stand_at(MONDAY)
    assert clock.now() == MONDAY

    clock.stand_at(None)
    assert clock.rehearsed() is None


def test_clock_cannot_be_set_outside_a_rehearsal(settings):
    settings.REHEARSAL = False

    with pytest.raises(clock.RehearsalOffError):
        clock.stand_at(MONDAY)


def test_clock_has_one_driver_at_a_time(settings):
    settings.REHEARSAL = True

    with clock.driving("replay"):
        clock.drive("replay")
        with pytest.raises(clock.ClockTakenError):
            clock.drive("another")
        assert clock.is_driven()

    assert not clock.is_driven()
    clock.drive("another")
