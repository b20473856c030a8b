"""What pydantic finds wrong with a value, in the reader's words. Pure."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic_core import ErrorDetails

NUMBER = _("A number is needed here.")
OBJECT = _("An object is needed here.")
MOMENT = _("A date and time are needed here, such as 2026-12-31T09:00.")
YES_OR_NO = _("Yes or no (true or false) is needed here.")
# By pydantic's kind of error; what it tells of it is filled in. A kind that is not here is told in its words.
WORDS: dict[str, Any] = {
    "missing": _("This is missing."),
    "extra_forbidden": _("There is no such setting here; take it out."),
    "literal_error": _("Not known. One of these is needed: %(expected)s."),
    "enum": _("Not known. One of these is needed: %(expected)s."),
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "dict_type": OBJECT,
    "list_type": _("A list is needed here."),
    "tuple_type": _("A list is needed here."),
    "string_type": _("A text is needed here."),
    "int_type": NUMBER,
    "int_parsing": NUMBER,
    "int_from_float": _("A whole number is needed here."),
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "bool_type": YES_OR_NO,
    "bool_parsing": YES_OR_NO,
    "string_too_short": _("Characters that are needed at least: %(min_length)s."),
    "string_too_long": _("Characters that are possible at most: %(max_length)s."),
    "too_short": _("Needed at least: %(min_length)s; there are %(actual_length)s."),
    "too_long": _("Possible at most: %(max_length)s; there are %(actual_length)s."),
    "greater_than": _("A value over %(gt)s is needed."),
    "greater_than_equal": _("A value of %(ge)s or more is needed."),
    "less_than": _("A value below %(lt)s is needed."),
    "less_than_equal": _("A value of %(le)s or less is needed."),
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "time_parsing": _("A time of day is needed here, such as 09:00."),
    "time_type": _("A time of day is needed here, such as 09:00."),
}


def words_of(detail: ErrorDetails) -> str:
    """What is wrong, of errors listed with their context. Our own are marked where they are raised."""
    kind, context = detail["type"], detail.get("ctx", {})
    is_empty = kind == "string_too_short" and context["min_length"] == 1
    words = WORDS.get("missing" if is_empty else kind)
    if words is None:
        message = detail["msg"].removeprefix("Value error, ")
        return gettext(message)
    return str(words) % context
