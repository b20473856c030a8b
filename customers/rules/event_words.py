"""How often, or how much: what is asked of events, as people say it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.rules.comparison import value_words


def times_words(event: str, operator: str, count: int) -> str:
    """As in "did Order Completed at least 2 times"; of none at all "did no Order Completed"."""
    if (operator, count) in NONE:
        return _("did no %(event)s") % {"event": event}
    if (operator, count) in SOME:
        return _("did %(event)s") % {"event": event}
    times = ngettext("%(count)d time", "%(count)d times", count) % {"count": count}
    return str(TIMES[operator]) % {"event": event, "times": times}


NONE = {("equals", 0), ("at_most", 0), ("less", 1)}
SOME = {("not_equals", 0), ("greater", 0), ("at_least", 1)}
TIMES = {
    "equals": gettext_lazy("did %(event)s exactly %(times)s"),
    "not_equals": gettext_lazy("did %(event)s not exactly %(times)s"),
    "greater": gettext_lazy("did %(event)s more than %(times)s"),
    "at_least": gettext_lazy("did %(event)s at least %(times)s"),
    "less": gettext_lazy("did %(event)s less than %(times)s"),
    "at_most": gettext_lazy("did %(event)s at most %(times)s"),
}


def figure_words(aggregate: str, event: str, path: str, operator: str, value: Any) -> str:
    """As in "the sum of total over Order Completed is at least 50"."""
    return compared(str(FIGURES[aggregate]) % {"event": event, "property": path}, operator, value)


def compared(figure: str, operator: str, value: Any) -> str:
    """As in "the number of orders is at least 2"."""
    return str(COMPARISONS[operator]) % {"figure": figure, "value": value_words(value)}


FIGURES = {
    "sum": gettext_lazy("the sum of %(property)s over %(event)s"),
    "average": gettext_lazy("the average of %(property)s over %(event)s"),
    "minimum": gettext_lazy("the least %(property)s of %(event)s"),
    "maximum": gettext_lazy("the greatest %(property)s of %(event)s"),
    "distinct": gettext_lazy("the number of different %(property)s of %(event)s"),
}
COMPARISONS = {
    "equals": gettext_lazy("%(figure)s is %(value)s"),
    "not_equals": gettext_lazy("%(figure)s is not %(value)s"),
    "greater": gettext_lazy("%(figure)s is more than %(value)s"),
    "at_least": gettext_lazy("%(figure)s is at least %(value)s"),
    "less": gettext_lazy("%(figure)s is less than %(value)s"),
    "at_most": gettext_lazy("%(figure)s is at most %(value)s"),
}
