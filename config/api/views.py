"""The shape of a resource: which ids it takes, which query parameters it knows, which scopes it asks for."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api import idempotency, opaque
from config.api.problems import InvalidError
from config.models import Scope

M = TypeVar("M", bound=Model)
PAGING = {"cursor", "page_size"}
GREATEST_PATIENCE = "5s"  # that a read of the API may take


class Resource(viewsets.GenericViewSet[M], Generic[M]):
    """Rows of one kind, found by their public id.

    `writes` is the scope that every write needs, `scopes` names the actions that need another, `rights` the
    permissions that a person needs for an action where the scope's is not the one; `parameters`
    are query parameters beside those of paging and filters; `pages` are the actions that answer with pages;
    `repeatable` those that heed an Idempotency-Key.
    An unknown parameter is refused: a filter that is silently ignored would answer with everybody.
    """

    http_method_names = ["get", "head", "post", "patch", "delete"]
    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    writes: ClassVar[Scope] = Scope.FULL
    scopes: ClassVar[dict[str, Scope]] = {}
    rights: ClassVar[dict[str, str]] = {}
    parameters: ClassVar[set[str]] = set()
    pages: ClassVar[AbstractSet[str]] = {"list"}
    repeatable: ClassVar[AbstractSet[str]] = {"create"}
    keyset: ClassVar[str] = "pk"
    newest_first: ClassVar[bool] = True
    keeps_answers: ClassVar[bool] = (
        True  # false where they are personal; there a POST does nothing twice anyway
    )

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """As DRF does; what is repeatable under an Idempotency-Key in one transaction with its answer."""
        self._claimed = ""
        if not self._is_repeatable(request):
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            response: Any = super().dispatch(request, *args, **kwargs)
            if self._claimed:
                idempotency.keep(self._claimed, response)
        return response

    def handle_exception(self, exc: Exception) -> Response:
        """As DRF does; an answer that was given before is no error."""
        if isinstance(exc, idempotency.ReplayedAnswer):
            return exc.response
        return super().handle_exception(exc)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks and whether they may, as DRF does; then whether all that is asked for is known."""
        super().initial(request, *args, **kwargs)
        known = self.known_parameters()
        faults = [
            {
                "path": name,
                "message": _("There is no such parameter. There are: %s.") % ", ".join(sorted(known)),
            }
            for name in request.query_params
            if name not in known
        ]
        if any("\0" in value for values in request.query_params.lists() for value in values[1]):
            faults.append({"path": "", "message": _("Text must not contain the NUL character.")})
        if faults:
            raise InvalidError(faults)
        if self._is_repeatable(request):
            self._claimed = idempotency.claim(request, clock.now())

    def _is_repeatable(self, request: Any) -> bool:
        repeatable = self.action_map.get(request.method.lower()) in self.repeatable
        return repeatable and self.keeps_answers and idempotency.HEADER in request.headers

    def known_parameters(self) -> set[str]:
        """The query parameters that the route knows."""
        filterset = getattr(self, "filterset_class", None)
        filters = set(filterset.base_filters) if filterset and self.action == "list" else set()
        return self.parameters | filters | (PAGING if self.action in self.pages else set())

    def page(self, rows: QuerySet[Any], serializer: type[Any] | None = None) -> Response:
        """A page of `rows`, each as `serializer` (else the view's own) shows it."""
        with patience():
            shown = self.paginate_queryset(rows)
            context = self.get_serializer_context()
            shape: type[Any] = serializer or self.get_serializer_class()
            data = shape(shown, many=True, context=context).data
        return self.get_paginated_response(data)


class SealedResource(Resource[M]):
    """Rows that keep no public id: the id shown is the sealed number (opaque.py), of the kind `sealed_as`."""

    sealed_as: ClassVar[str]

    def get_object(self) -> M:
        """The row that the URL names; 404 where the id is none of this kind."""
        row = get_object_or_404(self.get_queryset(), pk=number_of(self.sealed_as, self.kwargs["id"]))
        self.check_object_permissions(self.request, row)
        return row


class Listing(mixins.ListModelMixin):
    """Lists within the API's patience."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows."""
        with patience():
            return super().list(request, *args, **kwargs)


def number_of(kind: str, sealed: UUID) -> int:
    """The row's number behind an id of a URL; 404 where there is none."""
    try:
        return opaque.unseal(kind, sealed)
    except opaque.UnknownIdError as error:
        raise Http404 from error


@contextmanager
def patience() -> Iterator[None]:
    """A transaction whose statements are given up after five seconds: a read must not hold up the sending."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [GREATEST_PATIENCE])
        yield
