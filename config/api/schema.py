"""What the OpenAPI schema says of every route: the scope it needs and the shape of its errors."""

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema

from config.api.permissions import ScopedView, required_scope

PROBLEM = {
    "type": "object",
    "description": "What was wrong, where, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


class ScopedSchema(AutoSchema):
    """Adds `x-scope` to each operation and groups operations by the first word of their path."""

    def get_extensions(self) -> dict[str, Any]:
        """The scope that the operation needs."""
        if not hasattr(self.view, "writes"):
            return {}
        return {"x-scope": required_scope(cast(ScopedView, self.view), self.method).value}

    def get_tags(self) -> list[str]:
        """The resource that the path begins with."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]


def tell_problems(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """Each operation may answer with a problem instead (a post-processing hook of drf-spectacular)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "What was wrong, where, and what to do.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = answer
    return result
