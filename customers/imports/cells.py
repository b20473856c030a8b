"""Cells of a file as values: how each type is written, and which type a column seems to have. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?")
COMMA_NUMBER = re.compile(r"-?(0|[1-9]\d{0,2}(\.\d{3}){0,4}|[1-9]\d{0,14})(,\d{1,12})?")
DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
YES = frozenset({"true", "t", "yes", "y", "1", "x", "on", "sì", "si", "vero"})
NO = frozenset({"false", "f", "no", "n", "0", "off", "falso"})
WORDS_OF_YES_AND_NO = (YES | NO) - {"0", "1", "x", "t", "f", "y", "n"}  # a column of these is hardly a number


class CellError(ValueError):
    """The cell can't be read as what its column is said to be; the message says why."""


class Type(TextChoices):
    """What the cells of a column are."""

    TEXT = "text", gettext_lazy("text")
    NUMBER = "number", gettext_lazy("number: 1234.5")
    COMMA_NUMBER = "comma_number", gettext_lazy("number: 1.234,5")
    BOOLEAN = "boolean", gettext_lazy("yes or no")
    MOMENT = "moment", gettext_lazy("date: 2025-03-31")
    DAY_FIRST = "day_first", gettext_lazy("date: 31/3/2025")
    MONTH_FIRST = "month_first", gettext_lazy("date: 3/31/2025")
    JSON = "json", gettext_lazy("list or object (JSON)")


def read(type_: str, cell: str) -> Any:
    """The value of a cell that is not empty; CellError where it is none of its type."""
    return READERS[type_](cell)


def guessed(cells: Iterable[str], *, day_first: bool) -> Type:
    """The type that all of the cells have; where dates can be read in both ways, `day_first` decides."""
    kept = [cell for cell in cells if cell]
    if not kept:
        return Type.TEXT
    if all(cell.lower() in WORDS_OF_YES_AND_NO for cell in kept):
        return Type.BOOLEAN
    dates = (Type.DAY_FIRST, Type.MONTH_FIRST) if day_first else (Type.MONTH_FIRST, Type.DAY_FIRST)
    for type_ in (Type.NUMBER, Type.COMMA_NUMBER, Type.MOMENT, *dates, Type.JSON):
        if all(_is(type_, cell) for cell in kept):
            return type_
    return Type.TEXT


def _is(type_: Type, cell: str) -> bool:
    try:
        read(type_, cell)
    except CellError:
        return False
    return True


def _text(cell: str) -> str:
    return cell


def _number(cell: str) -> int | float:
    found = NUMBER.fullmatch(cell)
    if found is None:
        raise CellError(_("This is no number such as 1234.5."))
    return float(cell) if found[2] else int(cell)


def _comma_number(cell: str) -> int | float:
    if COMMA_NUMBER.fullmatch(cell) is None:
        raise CellError(_("This is no number such as 1.234,5."))
    plain = cell.replace(".", "").replace(",", ".")
    return float(plain) if "." in plain else int(plain)


def _boolean(cell: str) -> bool:
    word = cell.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellError(_("Write yes or no."))


def _moment(cell: str) -> str:
    if len(cell) < 10 or cell[4] != "-":  # noqa: PLR2004 - the weeks and bare digits of ISO 8601 are no dates of people
        raise CellError(_("This is no date such as 2025-03-31, with or without a time."))
    try:
        return cell if len(cell) == 10 and date.fromisoformat(cell) else _iso(datetime.fromisoformat(cell))  # noqa: PLR2004
    except ValueError as error:
        raise CellError(_("This is no date such as 2025-03-31, with or without a time.")) from error


def _iso(at: datetime) -> str:
    return at.isoformat()


def _day_first(cell: str) -> str:
    return _written_date(cell, day=1, month=2, message=_("This is no date such as 31/3/2025."))


def _month_first(cell: str) -> str:
    return _written_date(cell, day=2, month=1, message=_("This is no date such as 3/31/2025."))


def _written_date(cell: str, day: int, month: int, message: str) -> str:
    found = DATE.fullmatch(cell)
    if found is None:
        raise CellError(message)
    try:
        on = date(int(found[3]), int(found[month]), int(found[day])).isoformat()
        hour, _colon, rest = (found[4] or "").partition(":")
        return _iso(datetime.fromisoformat(f"{on}T{hour:0>2}:{rest}")) if rest else on
    except ValueError as error:
        raise CellError(message) from error


def _json(cell: str) -> Any:
    try:
        value = msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError) as error:
        raise CellError(_("This is no JSON.")) from error
    if not isinstance(value, list | dict):
        raise CellError(_("This is no list and no object of JSON."))
    return value


READERS: dict[str, Callable[[str], Any]] = {
    Type.TEXT: _text,
    Type.NUMBER: _number,
    Type.COMMA_NUMBER: _comma_number,
    Type.BOOLEAN: _boolean,
    Type.MOMENT: _moment,
    Type.DAY_FIRST: _day_first,
    Type.MONTH_FIRST: _month_first,
    Type.JSON: _json,
}
