"""Fields that several resources share."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api import opaque
from config.masking import shown_document, shown_text


@extend_schema_field(OpenApiTypes.UUID)
class SealedId(serializers.Field[int, Any, str, Any]):
    """The id of a row that keeps no public one (see opaque.py)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(source="pk", read_only=True)

    def to_representation(self, value: int) -> str:
        """The sealed number."""
        return str(opaque.seal(self.kind, value))


@extend_schema_field({"type": "object", "additionalProperties": True})
class JSONObject(serializers.JSONField):
    """A JSON object; lists, strings and numbers are refused."""

    def to_internal_value(self, data: Any) -> Any:
        """The object as it was sent."""
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Write a JSON object."))
        return super().to_internal_value(data)


class ShownText(serializers.CharField):
    """A text that is read, its addresses masked for who may not see personal data."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        """As whoever asks may see it."""
        return shown_text(super().to_representation(value))


class ShownDocument(serializers.DictField):
    """A JSON object that is read, what is personal in it masked for who may not see it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        """As whoever asks may see it."""
        return shown_document(super().to_representation(value))


class LastingSlug:
    """A mix-in of serializers: rules, graphs and scripts name a row by its slug, so that stays."""

    instance: Any

    def validate_slug(self, slug: str) -> str:
        """The slug, where it is new or the same as before."""
        if self.instance is not None and slug != self.instance.slug:
            raise serializers.ValidationError(_("The key of what is there can't be changed."))
        return slug
