"""What speaks for one person and what against it, in words. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

FIELDS = {
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "street": gettext_lazy("street"),
    "city": gettext_lazy("city"),
    "postcode": gettext_lazy("postcode"),
    "birthday": gettext_lazy("birthday"),
}
WORDS = {
    ("first_name", "same"): gettext_lazy("same first name"),
    ("first_name", "swapped"): gettext_lazy("first name stands as last name"),
    ("first_name", "similar"): gettext_lazy("similar first name"),
    ("first_name", "different"): gettext_lazy("other first name"),
    ("last_name", "same"): gettext_lazy("same last name"),
    ("last_name", "swapped"): gettext_lazy("last name stands as first name"),
    ("last_name", "similar"): gettext_lazy("similar last name"),
    ("last_name", "different"): gettext_lazy("other last name"),
    ("email", "same"): gettext_lazy("same e-mail"),
    ("email", "mailbox"): gettext_lazy("same e-mail before the @"),
    ("email", "different"): gettext_lazy("other e-mail"),
    ("phone", "same"): gettext_lazy("same phone"),
    ("phone", "different"): gettext_lazy("other phone"),
    ("street", "same"): gettext_lazy("same street"),
    ("street", "similar"): gettext_lazy("similar street"),
    ("street", "different"): gettext_lazy("other street"),
    ("city", "same"): gettext_lazy("same city"),
    ("city", "similar"): gettext_lazy("similar city"),
    ("city", "different"): gettext_lazy("other city"),
    ("postcode", "same"): gettext_lazy("same postcode"),
    ("postcode", "different"): gettext_lazy("other postcode"),
    ("birthday", "same"): gettext_lazy("same birthday"),
    ("birthday", "similar"): gettext_lazy("birthday differs by 2 digits"),
    ("birthday", "different"): gettext_lazy("other birthday"),
}
CLOSE = {
    "first_name": ngettext_lazy(
        "first name differs by %(n)d letter", "first name differs by %(n)d letters", "n"
    ),
    "last_name": ngettext_lazy(
        "last name differs by %(n)d letter", "last name differs by %(n)d letters", "n"
    ),
    "email": ngettext_lazy("e-mail differs by %(n)d letter", "e-mail differs by %(n)d letters", "n"),
    "phone": ngettext_lazy("phone differs by %(n)d digit", "phone differs by %(n)d digits", "n"),
    "street": ngettext_lazy("street differs by %(n)d letter", "street differs by %(n)d letters", "n"),
    "city": ngettext_lazy("city differs by %(n)d letter", "city differs by %(n)d letters", "n"),
    "postcode": ngettext_lazy("postcode differs by %(n)d digit", "postcode differs by %(n)d digits", "n"),
    "birthday": ngettext_lazy("birthday differs by %(n)d digit", "birthday differs by %(n)d digits", "n"),
}


class Said(NamedTuple):
    """What one field says: its name, in words, the weight (more than 0: one person)."""

    field: str
    name: str
    words: str
    weight: float

    @property
    def is_for(self) -> bool:
        """Whether it speaks for one person."""
        return self.weight > 0


def said(evidence: Iterable[Mapping[str, Any]]) -> list[Said]:
    """Each field's evidence in words, what says most first."""
    told = [Said(one["field"], str(FIELDS[one["field"]]), _words(one), one["weight"]) for one in evidence]
    return sorted(told, key=lambda one: (-one.weight, one.field))


def sentence(evidence: Iterable[Mapping[str, Any]]) -> str:
    """All of it in one line: what speaks for one person, then what against it."""
    return ", ".join(one.words for one in said(evidence))


def reason(evidence: Iterable[Mapping[str, Any]]) -> str:
    """Why the two were merged, for the record of the merge."""
    return _("Probable duplicate: %(evidence)s") % {"evidence": sentence(evidence)}


def _words(one: Mapping[str, Any]) -> str:
    field, level = one["field"], one["level"]
    if (field, level) in WORDS:
        return str(WORDS[field, level])
    return str(CLOSE[field] % {"n": one["letters"]})
