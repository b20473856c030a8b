"""The demo shop: a page as a brand's own, whose visitors are customers of this installation.

What it needs is made when it is first opened: a source with its write key, a segment of those whose cart is
open and who can be written to, the letter, and the live journey that sends it half a minute later.
"""

import json
from datetime import datetime
from decimal import Decimal
from importlib.resources import as_file, files
from string import Template
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from channels.contents import save_content
from channels.models import ChannelKind, Content
from config import clock
from customers.models import Segment, Source
from customers.segments import save_segment
from journeys.filing import import_journey, read_files
from journeys.models import Journey

FILES = files("sandbox.sample").joinpath("demo")
SOURCE = "Demo shop"
DEMO = "demo-cart"  # the key of the segment, the letter and the journey
CURRENCY = "EUR"
LEFT = {
    "combinator": "and",
    "not": False,
    "rules": [
        {"field": "cart", "operator": "is_open"},
        {"field": "reachable", "operator": "reachable", "channel": "email"},
    ],
}
PRODUCTS = (
    ("oil", _("Olive oil"), _("Cold pressed, half a litre"), "Pantry", "12.90"),
    ("bread", _("Sourdough bread"), _("Baked this morning, one kilo"), "Bakery", "5.40"),
    ("cheese", _("Aged pecorino"), _("Twelve months, 300 grams"), "Deli", "8.70"),
    ("tomatoes", _("Tomatoes"), _("On the vine, one kilo"), "Produce", "3.20"),
    ("coffee", _("Coffee"), _("Roasted on Monday, 250 grams"), "Pantry", "7.50"),
    ("honey", _("Chestnut honey"), _("From the hills, 400 grams"), "Pantry", "9.80"),
)


@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    """The shop's page; there is none outside of a sandbox."""
    if not settings.SANDBOX:
        raise Http404
    source = open_demo(clock.now())
    context = {
        "write_key": source.write_key,
        "source": source.name,
        "currency": CURRENCY,
        "shelf": [
            {"id": key, "name": name, "what": what, "price": Decimal(price)}
            for key, name, what, _category, price in PRODUCTS
        ],
        "products": [_told(*product) for product in PRODUCTS],
    }
    return TemplateResponse(request, "sandbox/demo.html", context)


def _told(key: str, name: Any, _what: Any, category: str, price: str) -> dict[str, Any]:
    """A product as its events tell it."""
    return {
        "product_id": key,
        "name": str(name),
        "category": category,
        "brand": "Bottega",
        "price": float(price),
        "currency": CURRENCY,
    }


@transaction.atomic
def open_demo(now: datetime) -> Source:
    """Make what is missing of the shop; what somebody changed stays. Returns its source."""
    made, _is_new = Source.objects.get_or_create(name=SOURCE)
    source = Source.objects.select_for_update().get(pk=made.pk)  # one visitor at a time
    if not Segment.objects.filter(slug=DEMO).exists():
        save_segment(Segment(slug=DEMO, name="Demo shop: cart left", rule=LEFT), now)
    if not Content.objects.filter(slug=DEMO).exists():
        _write_letter()
    if not Journey.objects.filter(slug=DEMO).exists():
        with as_file(FILES.joinpath("journeys")) as folder:
            for file in read_files(folder):
                import_journey(file, now, publishes=True)
    return source


def _write_letter() -> None:
    """The letter in both languages; it passes caps and quiet hours: who tries the shop waits for it."""
    layout = Template(FILES.joinpath("letter.mjml").read_text("utf-8"))
    texts = json.loads(FILES.joinpath("texts.json").read_text("utf-8"))
    letter = Content(
        slug=DEMO, name="Demo shop: cart reminder", channel=ChannelKind.EMAIL, is_transactional=True
    )
    link = f"{settings.BASE_URL}/demo/"
    save_content(
        letter,
        [
            {"language": language, "subject": words["subject"], "body": layout.substitute(words, link=link)}
            for language, words in texts.items()
        ],
    )
