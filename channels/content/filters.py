"""The filters that messages have beside Jinja2's own: money, dates, links, in the customer's terms."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, is_currency
from jinja2 import TemplateRuntimeError, Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

LENGTHS = {"short", "medium", "long", "full"}


@pass_context
def money(context: Context, amount: Any, currency: str = "") -> str:
    """An amount with its currency: `{{ event.total|money }}`, `{{ 9.5|money("EUR") }}`.

    Without a currency it is the event's, else the brand's.
    """
    value = _decimal(amount)
    code = currency or _of(context, "event", "currency") or _of(context, "brand", "currency")
    if not is_currency(code):
        raise TemplateRuntimeError(f"{code!r} is no currency: write a code like EUR.")
    return _written(value, code, _locale(context))


@lru_cache(maxsize=8192)
def _written(value: Decimal, code: str, locale: Locale) -> str:
    return str(format_currency(value, code, locale=locale))


@pass_context
def number(context: Context, amount: Any) -> str:
    """A number as the customer writes it: 1.234,5 in Italian."""
    return str(format_decimal(_decimal(amount), locale=_locale(context)))


@pass_context
def local_date(context: Context, moment: Any, length: str = "long") -> str:
    """The date of an ISO 8601 moment in the customer's zone and language: `{{ event.at|date("full") }}`."""
    value = _moment(context, moment)
    return str(format_date(value, _length(length), locale=_locale(context)))


@pass_context
def local_time(context: Context, moment: Any, length: str = "short") -> str:
    """The time of day of an ISO 8601 moment, in the customer's zone and language."""
    value = _instant(context, moment)
    return str(format_time(value, _length(length), tzinfo=value.tzinfo, locale=_locale(context)))


@pass_context
def local_datetime(context: Context, moment: Any, length: str = "long") -> str:
    """Date and time of an ISO 8601 moment, in the customer's zone and language."""
    value = _instant(context, moment)
    return str(format_datetime(value, _length(length), tzinfo=value.tzinfo, locale=_locale(context)))


@pass_context
def click(context: Context, url: Any) -> str:
    """The tracked form of a web address; other addresses (mailto:, tel:) as they are."""
    plain = (url.unescape() if isinstance(url, Markup) else str(url)).strip()
    signed = cast("Callable[[str], str]", context["_click"])(plain)
    # What a filter block gives back is not escaped again.
    return escape(signed) if isinstance(url, Markup) else signed


FILTERS: dict[str, Callable[..., Any]] = {
    "click": click,
    "date": local_date,
    "datetime": local_datetime,
    "money": money,
    "number": number,
    "time": local_time,
}


def _decimal(amount: Any) -> Decimal:
    try:
        value = Decimal(str(amount))
    except InvalidOperation as error:
        raise _not_a("number", amount) from error
    if not value.is_finite():
        raise _not_a("number", amount)
    return value


def _moment(context: Context, moment: Any) -> date:
    """A date as it stands, or a moment moved into the customer's zone."""
    if isinstance(moment, str) and len(moment) == len("2026-01-31"):
        try:
            return date.fromisoformat(moment)
        except ValueError as error:
            raise _not_a("date", moment) from error
    return _instant(context, moment)


def _instant(context: Context, moment: Any) -> datetime:
    zone = _zone(_of(context, "customer", "time_zone") or _of(context, "brand", "time_zone"))
    try:
        value = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
    except (ValueError, OverflowError) as error:
        raise _not_a("moment", moment) from error


def _not_a(what: str, value: Any) -> TemplateRuntimeError:
    if isinstance(value, Undefined):
        return TemplateRuntimeError(f"The {what} is missing. Give it a |default(…).")
    return TemplateRuntimeError(f"{str(value)[:80]!r} is no {what}.")


def _length(length: str) -> Any:
    if length not in LENGTHS:
        raise TemplateRuntimeError(f"{length!r}: write short, medium, long or full.")
    return length


def _of(context: Context, thing: str, key: str) -> str:
    value = context.get(thing)
    return str(value.get(key) or "") if isinstance(value, dict) else ""


def _locale(context: Context) -> Locale:
    return find_locale(
        _of(context, "customer", "language") or _of(context, "brand", "language"),
        _of(context, "customer", "country") or _of(context, "brand", "country"),
    )


@lru_cache(maxsize=512)
def find_locale(language: str, country: str) -> Locale:
    """The locale of a language in a country, else of the language, else English."""
    base = language.replace("_", "-").split("-")[0].lower()
    for code in (language.replace("-", "_"), f"{base}_{country.upper()}", base):
        try:
            return Locale.parse(code)
        except (ValueError, UnknownLocaleError):
            continue
    return Locale("en")


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
