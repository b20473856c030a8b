from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from config.forms import JsonField, SpanField, ordered


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("7 days", timedelta(days=7)),
        ("36 hours", timedelta(hours=36)),
        ("90 minutes", timedelta(minutes=90)),
        ("2 settimane", timedelta(weeks=2)),
        ("3 giorni", timedelta(days=3)),
        (" 1 h ", timedelta(hours=1)),
    ],
)
def test_span_is_read_in_words(written: str, span: timedelta) -> None:
    assert SpanField().clean(written) == span


@pytest.mark.parametrize("written", ["7", "days", "0 days", "-1 days", "1e9 days", "7 moons", "P7D"])
def test_span_refuses_what_is_none(written: str) -> None:
    with pytest.raises(ValidationError):
        SpanField().clean(written)


def test_span_is_shown_as_it_can_be_written() -> None:
    field = SpanField()

    for span in (timedelta(days=7), timedelta(hours=36), timedelta(minutes=90)):
        assert field.clean(field.prepare_value(span)) == span


def test_json_slip_is_told_with_its_place() -> None:
    with pytest.raises(ValidationError, match="Line 2, column 8"):
        JsonField().clean('{\n  "a": oops\n}')


@pytest.mark.parametrize("written", ['{"a": NaN}', "[" * 100_000])
def test_json_refuses_what_cannot_be_kept(written: str) -> None:
    with pytest.raises(ValidationError):
        JsonField().clean(written)


def test_json_is_ordered_as_it_is_read() -> None:
    step = {"branches": {}, "settings": {}, "kind": "wait", "id": "a"}

    assert list(ordered({"steps": [step]})["steps"][0]) == ["id", "kind", "settings", "branches"]
