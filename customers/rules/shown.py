"""How people meet a family of rules in the builder: its heading, its words, where its values come from. Pure.

What a family says here is all that the builder knows of it beside its typed fields: what it leaves out is
read off the fields and their names. To give a family its words is enough to have it in the builder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Group = Literal["profile", "events", "orders", "stages", "messages", "more"]


@dataclass(frozen=True)
class Shown:
    """The words of a family. Keys are settings, operators, or values of a setting with fixed choices."""

    label: Any
    group: Group = "more"
    words: Mapping[str, Any] = field(default_factory=dict)
    suggests: Mapping[str, str] = field(default_factory=dict)  # setting → whence its values are suggested
    takes: Mapping[str, str] = field(default_factory=dict)  # operator (`*`: any) → kind of its value
    only_with: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # setting → of another
    spare: tuple[str, ...] = ()  # of those settings the ones that a line can do without
    order: tuple[str, ...] = ()  # the settings that are read first, where the common order won't do
    start: Mapping[str, Any] = field(default_factory=dict)  # settings that a new line begins with
