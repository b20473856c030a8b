"""Changes of traits as events, of those traits alone that somebody above us asks for.

`$trait_changed` {trait, from, to}: written when the record really has another value now, not when it is told
the same again, nor when two records are joined.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from customers.events import NewEvent
from customers.profile import COLUMNS, Profile

CHANGED = "$trait_changed"
askers: list[
    Callable[[], AbstractSet[str]]
] = []  # what above us asks for changes: of which traits, dotted paths


class Watch:
    """What is asked for while a batch is applied; asked once."""

    def __init__(self) -> None:
        self.paths = sorted({path for ask in askers for path in ask()})

    def values(self, profile: Profile) -> list[Any]:
        """What the record says of each that is asked for."""
        return [_value(profile, path) for path in self.paths]

    def changes(
        self, customer_id: int, before: list[Any], profile: Profile, at: datetime
    ) -> Iterator[NewEvent]:
        """The events of what has another value than `before`."""
        for path, was, value in zip(self.paths, before, self.values(profile), strict=True):
            if was != value or type(was) is not type(value):
                yield NewEvent(customer_id, CHANGED, at, {"trait": path, "from": was, "to": value})


def _value(profile: Profile, path: str) -> Any:
    """A column of the record, or what stands at the path below its traits."""
    if path in COLUMNS:
        return getattr(profile, path) or None
    value: Any = profile.traits
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
