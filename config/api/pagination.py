"""Keyset paging: a page begins after the last row of the one before, so it costs the same at any depth."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from config.api import opaque

USUAL_SIZE = 50
GREATEST_SIZE = 500


class KeysetPagination(BasePagination):
    """`{"next": url or null, "results": […]}`, by `?cursor=` and `?page_size=`.

    A view may say by which unique whole number its rows are paged (`keyset`, the primary key where it
    doesn't) and whether the greatest comes first (`newest_first`, true where it doesn't).
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The page's rows; 400 names a bad cursor or size."""
        keyset = getattr(view, "keyset", "pk")
        newest_first = getattr(view, "newest_first", True)
        size = _size(request)
        kind = f"cursor:{queryset.model._meta.label_lower}:{keyset}"  # noqa: SLF001 - Django documents _meta
        if cursor := request.query_params.get("cursor"):
            after = _position(kind, cursor)
            queryset = queryset.filter(**{f"{keyset}__{'lt' if newest_first else 'gt'}": after})
        rows = list(queryset.order_by(f"-{keyset}" if newest_first else keyset)[: size + 1])
        self._next = _link(request, kind, rows[size - 1], keyset) if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        """The page with the way to the next one."""
        return Response({"next": self._next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the OpenAPI schema tells of a page."""
        following = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002
        """How the OpenAPI schema tells of the two parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": GREATEST_SIZE, "default": USUAL_SIZE}
        cursor = {"type": "string", "format": "uuid"}
        return [
            {
                "name": "cursor",
                "in": "query",
                "schema": cursor,
                "description": "As the page before gave it in `next`.",
            },
            {"name": "page_size", "in": "query", "schema": size, "description": "Rows per page."},
        ]


def _size(request: Request) -> int:
    given = request.query_params.get("page_size")
    if given is None:
        return USUAL_SIZE
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(GREATEST_SIZE))):
        given = "0"
    if not 1 <= int(given) <= GREATEST_SIZE:
        message = _("Write a whole number from 1 to %(greatest)d.") % {"greatest": GREATEST_SIZE}
        raise ValidationError({"page_size": [message]})
    return int(given)


def _position(kind: str, cursor: str) -> int:
    try:
        return opaque.unseal(kind, UUID(cursor))
    except (ValueError, opaque.UnknownIdError) as error:
        message = _("This cursor is not of this list: take the one of a page's “next”.")
        raise ValidationError({"cursor": [message]}) from error


def _link(request: Request, kind: str, row: Model, keyset: str) -> str:
    cursor = opaque.seal(kind, getattr(row, keyset))
    return replace_query_param(request.build_absolute_uri(), "cursor", str(cursor))
