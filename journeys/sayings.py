"""What a step does, in a few words and a symbol: for the picture of a journey."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from journeys.step_words import KINDS, Json, plain


@dataclass(frozen=True)
class Saying:
    """A symbol, a title, and what is set."""

    icon: str
    title: str
    words: str

    def __str__(self) -> str:
        return f"{self.title}: {self.words}" if self.words else self.title


def saying(kind: str, settings: Json) -> Saying:
    """Of a step or the trigger; a kind that is not told here shows its own name and settings."""
    icon, title, words = KINDS.get(kind, ("extension", kind, plain))
    return Saying(icon, str(title), words(settings))


def when_words(settings: Json) -> str:
    """What happens to a customer, of a goal or an early exit."""
    named = settings.get("event") or settings.get("segment") or settings.get("stage") or ""
    return str(WHENS.get(str(settings.get("kind")), "%(name)s")) % {"name": named}


WHENS: dict[str, Any] = {
    "segment_entered": gettext_lazy("enters the segment %(name)s"),
    "segment_left": gettext_lazy("leaves the segment %(name)s"),
    "stage_reached": gettext_lazy("reaches the stage %(name)s"),
    "stage_left": gettext_lazy("leaves the stage %(name)s"),
}
