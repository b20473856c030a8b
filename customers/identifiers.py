"""Which identifiers are taken: their order, how many of a kind, and the values that lead to nobody."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_noop as _

from customers.addresses import AddressError, normal
from customers.linking import LEVELS
from customers.models import IdentifierRule

BLOCKED = _("This value is blocked: it leads to nobody.")
BEYOND = _("The customer has as many identifiers of this kind as may be.")


Patterns = tuple[frozenset[str], tuple[tuple[str, ...], ...]]


class Identifiers(NamedTuple):
    """The rules of all kinds: `order` from strong to weak, `most` where there is a limit, what is blocked."""

    order: tuple[str, ...]
    most: Mapping[str, int]
    blocked: Mapping[str, Patterns]

    def refusal(self, kind: str, value: str) -> str:
        """Why this value (in its one spelling) leads to nobody; nothing where it may lead to somebody."""
        if (blocked := self.blocked.get(kind)) is None:
            return ""
        exact, patterns = blocked
        value = value.casefold()
        if value in exact:
            return BLOCKED
        return BLOCKED if patterns and any(_fits(value, parts) for parts in patterns) else ""


def load_identifiers() -> Identifiers:
    """The rules as they are now; a kind without a row has none."""
    rows = {row.kind: row for row in IdentifierRule.objects.all()}
    last = 1 + max((row.priority for row in rows.values()), default=0)
    order = sorted(LEVELS, key=lambda kind: (-LEVELS[kind], rows[kind].priority if kind in rows else last))
    return Identifiers(
        tuple(order),
        {kind: row.most for kind, row in rows.items() if row.most is not None},
        {kind: _patterns(kind, row.blocked) for kind, row in rows.items() if row.blocked},
    )


@lru_cache(maxsize=64)
def _patterns(kind: str, text: str) -> Patterns:
    """Values, and what stands between the stars of the others."""
    lines = [_spelled(kind, line.strip()).casefold() for line in text.splitlines() if line.strip()]
    exact = frozenset(line for line in lines if "*" not in line)
    return exact, tuple(tuple(line.split("*")) for line in lines if "*" in line)


def _fits(value: str, parts: tuple[str, ...]) -> bool:
    """Whether the parts stand in the value in their order, the first at its start, the last at its end."""
    first, *middle, last = parts
    if not value.startswith(first) or not value.endswith(last) or len(value) < len(first) + len(last):
        return False
    place, end = len(first), len(value) - len(last)
    for part in middle:
        place = value.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


def _spelled(kind: str, line: str) -> str:
    """A value without * in the spelling in which values are kept."""
    if "*" in line:
        return line
    try:
        return normal(kind, line, settings.BRAND_COUNTRY)
    except AddressError:
        return line
