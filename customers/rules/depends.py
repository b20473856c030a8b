"""What a rule depends on, and so which changes can make it answer otherwise. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Depends:
    """Names of what is read (by a rule), or of what has changed (about customers)."""

    events: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    stage: bool = False
    consent: bool = False
    seen: bool = False
    reach: bool = False  # identities, suppressed addresses
    messages: bool = False
    holdout: bool = False  # whom marketing is kept from

    def __or__(self, other: Depends) -> Depends:
        return Depends(*(mine | theirs for mine, theirs in self._beside(other)))

    def meets(self, changed: Depends) -> bool:
        """Whether something of `changed` is among what is read here."""
        return any(mine & theirs for mine, theirs in self._beside(changed))

    def _beside(self, other: Depends) -> list[tuple[Any, Any]]:
        return [(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)]
