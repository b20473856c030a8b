"""What a rule depends on, and so which changes can make it answer otherwise. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Depends:
    """Names of what is read (by a rule), or of what has changed (about customers)."""

    events: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    stage: bool = False
    consent: bool = False
    seen: bool = False

    def __or__(self, other: Depends) -> Depends:
        return Depends(
            self.events | other.events,
            self.traits | other.traits,
            self.segments | other.segments,
            self.stage or other.stage,
            self.consent or other.consent,
            self.seen or other.seen,
        )

    def meets(self, changed: Depends) -> bool:
        """Whether something of `changed` is among what is read here."""
        return bool(
            self.events & changed.events
            or self.traits & changed.traits
            or self.segments & changed.segments
            or (self.stage and changed.stage)
            or (self.consent and changed.consent)
            or (self.seen and changed.seen)
        )
