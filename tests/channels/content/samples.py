"""Texts and contexts for the tests of contents."""

from typing import Any

PAGE = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>\n{}\n"
    "</mj-text></mj-column></mj-section></mj-body></mjml>"
)


def page(text: str) -> str:
    """An MJML mail whose second line is `text`."""
    return PAGE.format(text)


def context(**customer: Any) -> dict[str, Any]:
    """What a template sees, with an Italian customer and tracked links written as click(…)."""
    return {
        "customer": {"language": "it", "country": "IT", "time_zone": "Europe/Rome", **customer},
        "event": {"total": "1234.5", "currency": "EUR", "at": "2026-03-29T00:30:00+00:00", "products": []},
        "message": {"unsubscribe_url": "https://out.example/u", "open_url": "https://out.example/o.gif"},
        "brand": {"name": "Sette", "currency": "EUR", "language": "en"},
        "_click": lambda url: f"https://out.example/c?{url}",
    }
