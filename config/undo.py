"""Toasts: what was done, told for a while, with a button that takes it back where it can be."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest


def tell_with_undo(request: HttpRequest, text: Any, url: str, **fields: str) -> None:
    """Say on the next page what was done; to take it back, `fields` are sent to `url`."""
    tags = json.dumps({"url": url, "fields": fields})
    messages.success(request, str(text), extra_tags=tags)


def undo_of(tags: str) -> Mapping[str, Any] | None:
    """What a message's tags say of taking it back: `url` and `fields`; None where it can't be."""
    return json.loads(tags) if tags.startswith("{") else None
