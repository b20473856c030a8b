"""What a step does, in a few words, in the reader's language."""

import pytest
from django.utils.translation import override

from journeys.sayings import saying
from journeys.step_words import KINDS
from tests.journeys.settings import SETTINGS


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


def test_numbers_are_said_as_the_reader_writes_them():
    parts = [{"branch": "a", "weight": 1}, {"branch": "b", "weight": 2.5}]
    said = {
        "split": {"parts": parts},
        "holdout": {"percent": 12.5},
        "rate_gate": {"at_most": 5000, "per": "hour"},
        "update_trait": {"trait": "points", "do": "add", "value": 1.5},
        "goto": {"at_most": "often"},
    }

    with override("it"):
        words = [saying(kind, settings).words for kind, settings in said.items()]

    assert words[:2] == ["a 1 · b 2,5", "12,5 %"]
    assert words[2].startswith("5.000")
    assert words[3] == "points + 1,5"
    with override("en"):
        assert saying("goto", said["goto"]).words == "at most often times"


def test_broken_settings_are_shown_as_they_are():
    with override("en"):
        assert saying("wait_until", {"at": "soon", "weekdays": ["someday", 3]}).words == "soon · someday, 3"


def test_a_span_says_by_what_it_goes():
    words = {
        "P1D": "1 day (same local time)",
        "PT24H": "24 hours (elapsed)",
        "P1M": "1 month (same local time)",
    }
    words |= {
        "P2W": "2 weeks (same local time)",
        "P1DT90M": "1 day (same local time), 1 hour 30 minutes (elapsed)",
    }

    with override("en"):
        assert {span: saying("wait", {"span": span}).words for span in words} == words


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_every_kind_of_step_has_words_and_says_broken_settings_too(kind):
    with override("en"):
        assert kind in KINDS
        for settings in SETTINGS[kind]:
            assert str(saying(kind, settings))
        for broken in ({}, {name: [None, 3, {}] for name in ("for", "rules", "parts", "cases", "contents")}):
            assert saying(kind, broken).title


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("wait_until", {"from": "09:00", "to": "18:00"}, "09:00\N{EN DASH}18:00 · any day"),
        (
            "wait_date",
            {"trait": "renewal", "shift": {"span": "P7D", "way": "before"}, "at": "09:00"},
            "1 week (same local time) before renewal · 09:00",
        ),
        (
            "wait_for",
            {
                "for": [{"branch": "a", "event": "Paid"}, {"branch": "b", "clicked": "hello"}],
                "at_most": "PT2H",
            },
            "Paid, clicks in hello, at most 2 hours (elapsed)",
        ),
        ("split", {"parts": [{"branch": "a", "weight": 3}, {"branch": "b"}]}, "a 3 · b 1"),
        ("update_trait", {"trait": "points", "do": "add", "value": 3}, "points + 3"),
        ("update_trait", {"trait": "vip", "value": False}, "vip = no"),
        (
            "wait_for",
            {"for": [{"branch": "a", "event": "Rated"}, {"branch": "b", "event": "Rated"}], "at_most": "P1D"},
            "Rated, at most 1 day (same local time)",
        ),
        ("set_consent", {"channel": "email", "topic": "news", "granted": False}, "email · news · no"),
        ("rate_gate", {"at_most": 100, "per": "day"}, "100 a day"),
        ("goto", {"at_most": 3}, "at most 3 times"),
        (
            "send",
            {"contents": [{"channel": "sms", "content": "x"}], "order": "preferred"},
            "x · as preferred",
        ),
    ],
)
def test_steps_say_what_is_set(kind, settings, words):
    with override("en"):
        assert saying(kind, settings).words == words
