"""A rule as a sentence, in the reader's language."""

from django.utils.translation import gettext as _

from customers.rules.leaf import Leaf
from customers.rules.tree import Group, Rule


def rule_words(rule: Rule) -> str:
    """As in "did Order Completed at least 2 times within the last 90 days and city is Roma"."""
    return _words(rule.root, is_inner=False)


def _words(part: Group | Leaf, *, is_inner: bool) -> str:
    if isinstance(part, Leaf):
        return part.words()
    if not part.parts:
        return _("nobody")
    between = _(" and ") if part.combinator == "and" else _(" or ")
    said = between.join(_words(child, is_inner=True) for child in part.parts)
    if part.is_negated:
        return _("not (%(rule)s)") % {"rule": said}
    return f"({said})" if is_inner and len(part.parts) > 1 else said
