"""Personal data as whoever asks may see it: as it is, or masked for those without the right to see it.

Who asks is known while a request to the admin or the API is answered, as its language is; `shown_…` are for
the edge alone, where a value becomes text on a page or in an answer. What is written, sent or decided reads
the rows, and work that answers nobody masks nothing.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.models import ApiKey, Scope
from config.roles import SEE_PERSONAL

PATHS = ("/admin/", "/api/")
KINDS = frozenset({"email", "phone", "push_token", "loyalty_card"})  # of identities
HIDDEN = "…"
MAIL = re.compile(r"([\w.!#$%&'*+/=?^`{|}~-]+)@([\w-]+(?:\.[\w-]+)*)")
PHONE = re.compile(r"\+\d[\d ()./-]{6,18}\d")
_asker: ContextVar[HttpRequest | None] = ContextVar("asker", default=None)


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Remember who asks while the admin or the API answers."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        token = _asker.set(request if request.path.startswith(PATHS) else None)
        try:
            return get_response(request)
        finally:
            _asker.reset(token)

    return respond


def is_hidden() -> bool:
    """Whether somebody asks who may not see personal data. What streams must ask before it begins."""
    asker = _asker.get()
    if asker is None:
        return False
    key = getattr(asker, "auth", None)  # as DRF sets it
    if isinstance(key, ApiKey):
        return not key.allows(Scope.PERSONAL)
    return not asker.user.has_perm(SEE_PERSONAL)


def shown_identity(kind: str, value: str) -> str:
    """An identifier of a customer: of a personal kind it is masked, else only addresses in it are."""
    if not is_hidden():
        return value
    return masked(value) if kind in KINDS else masked_text(value)


def shown_text(text: str) -> str:
    """A sentence or a key, its addresses masked."""
    return masked_text(text) if is_hidden() else text


def shown_document(document: Any) -> Any:
    """Traits, properties and the like, what is personal in them masked."""
    return masked_document(document) if is_hidden() else document


def is_personal(name: str) -> bool:
    """Whether the brand calls a trait or property personal: the whole path of keys, or one key of it."""
    keys = name.replace("[]", "").split(".")
    return not _names(tuple(settings.PERSONAL)).isdisjoint(map(_plain, keys))


def masked(value: str) -> str:
    """A value that is personal: what tells rows apart is left of it."""
    value = value.strip()
    if MAIL.fullmatch(value):
        return MAIL.sub(_mail, value)
    if PHONE.fullmatch(value):
        return PHONE.sub(_phone, value)
    return " ".join(word[:1] + HIDDEN for word in value.split())


def masked_text(text: str) -> str:
    """A text, with its addresses masked."""
    return PHONE.sub(_phone, MAIL.sub(_mail, text))


def masked_document(document: Any, *, is_all: bool = False) -> Any:
    """JSON, with all masked that stands under a personal name, and addresses wherever they stand."""
    match document:
        case dict():
            tells = document.get("trait")
            of_trait = isinstance(tells, str) and is_personal(tells)  # a change of one, from and to
            return {
                str(name): masked_document(
                    inner, is_all=is_all or is_personal(str(name)) or (of_trait and name in {"from", "to"})
                )
                for name, inner in document.items()
            }
        case list():
            return [masked_document(inner, is_all=is_all) for inner in document]
        case str():
            return masked(document) if is_all else masked_text(document)
        case bool() | None:
            return document
    return HIDDEN if is_all else document


def _mail(found: re.Match[str]) -> str:
    return f"{found[1][0]}{HIDDEN}@{found[2][0]}{HIDDEN}"


def _phone(found: re.Match[str]) -> str:
    return f"{found[0][:3]}{HIDDEN}{found[0][-2:]}"


@cache
def _names(called: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_plain, called))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
