"""The bases of all serializers: a name that nobody knows is a fault, as an unknown query parameter is."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class _Strict:
    """Refuses what it does not know; what may only be read is known, so that an answer can be sent back."""

    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        """As DRF reads it; faults of all fields are told together."""
        names = data if isinstance(data, Mapping) else {}
        known = _("There is no such field. There are: %s.") % ", ".join(sorted(self.fields))
        unknown = {str(name): [known] for name in names if name not in self.fields}
        try:
            value = super().to_internal_value(data)  # type: ignore[misc]  # of the serializer it is mixed into
        except serializers.ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Serializer(_Strict, serializers.Serializer[T]):
    """Of anything."""


class ModelSerializer(_Strict, serializers.ModelSerializer[M]):
    """Of a row."""
