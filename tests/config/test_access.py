"""Each page and each route of the API under each role, without one and without log-in, as the table says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import RequestFactory
from django.urls import resolve

from tests.config.access import ENTERED, LETTERS, PAGES, PUBLIC, ROWS
from tests.config.admin_routes import Page, pages
from tests.people import person
from tests.whole import Whole

FOUND = pages()
REQUESTS = RequestFactory()
Answers = dict[str, bool]


class Asked:
    """Who asks, and the pages that answer them: what is refused is so before any page is drawn."""

    def __init__(self, who: Any, whole: Whole) -> None:
        self.who, self.whole = who, whole

    def may(self, page: Page, method: str, query: str = "") -> bool:
        """Whether the page does what it is asked; whatever it does is undone."""
        request = REQUESTS.generic(method, page.url(self.whole), query, "application/x-www-form-urlencoded")
        request.user, request.session = self.who, {}  # type: ignore[assignment]
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        match = resolve(request.path)
        request.resolver_match = match
        with transaction.atomic():
            try:
                answer = match.func(request, *match.args, **match.kwargs)
            except PermissionDenied:
                return False
            finally:
                transaction.set_rollback(True)
        is_sent_away = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
        assert answer.status_code < 500
        return not is_sent_away and answer.status_code not in {401, 403}


def answered(asked: Asked) -> Answers:
    """What is done for them, of all that can be asked."""
    return {key: asked.may(page, method, query) for key, page, method, query in asking()}


def asking() -> Iterator[tuple[str, Page, str, str]]:
    """Each question, called as the table calls it."""
    named = {page.name: page for page in FOUND}
    for page in FOUND:
        if page.model in ROWS:
            yield f"{page.model} {page.verb}", page, "GET", ""
            if page.verb == "change":
                yield f"{page.model} save", page, "POST", ""
    for key in PAGES:
        name, _mark, query = key.partition("?")
        yield f"{key} open", named[name], "GET", ""
        yield f"{key} send", named[name], "POST", query


def table(letter: str) -> Answers:
    """What the table says of a role; of nobody's letter that nothing is allowed."""
    rows = {
        f"{model} {verb}": bool(letter) and letter in letters
        for model, (view, add, change, delete) in ROWS.items()
        for verb, letters in {
            "changelist": view,
            "history": view,
            "add": add,
            "change": view,
            "save": change,
            "delete": delete,
        }.items()
    }
    others = {
        f"{name} {verb}": bool(letter) and letter in letters
        for name, (opens, sends) in PAGES.items()
        for verb, letters in (("open", opens), ("send", sends))
    }
    return rows | others


def different(found: Answers, told: Answers) -> Answers:
    """What is not as the table says."""
    return {key: is_done for key, is_done in found.items() if told.get(key) != is_done}


def test_every_page_is_in_the_table():
    others = {page.name for page in FOUND if page.model not in ROWS}

    assert others == PUBLIC | ENTERED | {key.partition("?")[0] for key in PAGES}
    assert {page.model for page in FOUND if page.model} == ROWS.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("letter", LETTERS)
def test_role_may_open_and_send_what_the_table_says(letter):
    found = answered(Asked(person(LETTERS[letter]), Whole(datetime.now(UTC))))

    assert found.keys() == table(letter).keys()
    assert different(found, table(letter)) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_who_has_no_role_or_is_not_logged_in_may_nothing(who):
    asker = person() if who == "nobody" else AnonymousUser()

    assert different(answered(Asked(asker, Whole(datetime.now(UTC)))), table("")) == {}
