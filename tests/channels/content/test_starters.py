"""Messages to start from are fit to be sent as they are."""

import pytest

from channels.content.check import check_text, preview
from channels.content.compile import Source
from channels.content.starters import starters

SAMPLE = {
    "customer": {"first_name": "Anna", "language": "en", "country": "IT", "time_zone": "Europe/Rome"},
    "event": {"total": 12.5, "products": [{"name": "Bread", "quantity": 2, "price": 3}]},
    "message": {"unsubscribe_url": "https://a.example/u", "open_url": "https://a.example/o.gif"},
    "brand": {"name": "Sette", "url": "https://a.example", "currency": "EUR"},
}


@pytest.mark.parametrize("name", sorted(starters()))
def test_starter_is_fit_to_be_sent(name):
    source = Source("email", "Hello", starters()[name])

    problems, rendered = preview(source, SAMPLE)

    assert check_text(source) == problems == []
    assert rendered is not None
    assert "Sette" in rendered.text


def test_starters_show_what_they_are_given():
    _, rendered = preview(Source("email", "Hello", starters()["receipt"]), SAMPLE)

    assert rendered is not None
    lines = [line for line in rendered.text.splitlines() if line]
    assert lines == ["Thank you for your order", "2 Bread", "Total €12.50", "Sette"]
