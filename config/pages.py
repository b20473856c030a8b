"""What the admin pages of every app share: the site, typed, and paging that never counts all rows."""

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.contrib import admin
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponseBase
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from config.site import SetteSite

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def site() -> SetteSite:
    """The admin's site as what it is."""
    return cast(SetteSite, admin.site)


class Empty(NamedTuple):
    """What a list says while it has no row: why, what to do next, and where."""

    text: Any
    act: Any
    view: str


class Page(ModelAdmin):  # type: ignore[misc]
    """A list and a form in the product's look."""

    empty: Empty | None = None

    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Under the name of its rows, in place of “Select … to change”."""
        named = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, named | (extra_context or {}))  # type: ignore[no-any-return]


class LongList(Page):
    """A list of rows without end: never counted, paged by next and previous, written by the engine only."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Rows come by the engine, not by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """History stays."""
        return False


def who(request: HttpRequest) -> "AbstractBaseUser | None":
    """The person who is logged in."""
    person = get_user(request)
    return person if person.is_authenticated else None
