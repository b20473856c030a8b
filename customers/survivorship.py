"""Of several values of one trait, which stays: the newest, the most trusted source's, the most frequent.

Pure, but for the reading of the rules. Each way is the same whatever order values arrive in: at the end the
moment decides, then the value's spelling.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from customers.models import Source, TraitRule

MOST_HEARD = 20  # values of one trait that are counted

_encode = msgspec.json.Encoder(order="deterministic").encode
Heard = dict[str, list[int]]  # a value as JSON → how often it was said, and when last


class Rules(NamedTuple):
    """By trait which value stays (none: the newest); and how far each source is trusted, in percent."""

    ways: Mapping[str, str] = {}
    trust: Mapping[int, int] = {}

    def is_counted(self, name: str) -> bool:
        """Whether the most frequent value of this trait stays."""
        return self.ways.get(name) == TraitRule.Way.FREQUENT

    def rank(self, name: str, value: Any, at: int, source_id: int) -> tuple[int, int, bytes, int]:
        """The value with the greater one stays."""
        trust = self.trust.get(source_id, 0) if self.ways.get(name) == TraitRule.Way.TRUSTED else 0
        return (trust, at, _encode(value), source_id)


class Said(NamedTuple):
    """By whom something is said: the source; and as which customer it came, who was merged since."""

    source_id: int = 0
    origin_id: int = 0
    rules: Rules = Rules()


def load_rules() -> Rules:
    """The rules as they are now."""
    ways = dict(TraitRule.objects.values_list("trait", "way"))
    if TraitRule.Way.TRUSTED not in ways.values():
        return Rules(ways)
    return Rules(ways, dict(Source.objects.values_list("pk", "trust")))


def hear(heard: Heard, value: Any, at: int, many: int = 1) -> None:
    """Count that a value was said; of too many values the rarest is forgotten."""
    spelled = _encode(value).decode()
    before, last = heard.get(spelled, (0, 0))
    heard[spelled] = [before + many, max(last, at)]
    if len(heard) > MOST_HEARD:
        del heard[min(heard, key=lambda one: (*heard[one], one))]


def most_frequent(heard: Heard) -> tuple[Any, int]:
    """The value that was said most often, of several the one that was said last; and when that was."""
    spelled = max(heard, key=lambda one: (*heard[one], one))
    return msgspec.json.decode(spelled), heard[spelled][1]
