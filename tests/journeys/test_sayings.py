"""What a step does, in a few words, in the reader's language."""

from django.utils.translation import override

from journeys.sayings import saying


def test_weekdays_are_said_in_the_readers_language():
    step = {"at": "09:30", "weekdays": ["monday", "friday"]}

    with override("en"):
        assert saying("wait_until", step).words == "09:30 · Mon, Fri"
    with override("it"):
        assert saying("wait_until", step).words == "09:30 · Lun, Ven"


def test_all_days_are_any_day():
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    with override("en"):
        assert saying("wait_until", {"at": "09:30", "weekdays": days}).words == "09:30 · any day"
        assert saying("wait_until", {"at": "09:30"}).words == "09:30 · any day"


def test_broken_settings_are_shown_as_they_are():
    with override("en"):
        assert saying("wait_until", {"at": "soon", "weekdays": ["someday", 3]}).words == "soon · someday, 3"
