"""pydantic's errors, told as problems with a path."""

from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from customers.rules.errors import Problem, RuleError, Slip


def join_path(*parts: object) -> str:
    """The path `a.0.b` of its parts; empty ones are left out."""
    return ".".join(str(part) for part in parts if part not in ("", None))


def problems_of(error: ValidationError, path: str) -> list[Problem]:
    """Each thing that is wrong with the object at `path`."""
    return [found for detail in error.errors(include_url=False) for found in _problems(detail, path)]


def _problems(detail: ErrorDetails, path: str) -> list[Problem]:
    at = join_path(path, *detail["loc"])
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, RuleError):
        return [Problem(path=join_path(at, one["path"]), message=one["message"]) for one in cause.errors]
    return [Problem(path=at, message=str(cause) if isinstance(cause, Slip) else _message(detail))]


def _message(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return _("This is missing.")
    if kind == "extra_forbidden":
        return _("There is no such setting here; take it out.")
    if kind == "literal_error":
        return _("Not known. One of these is needed: %(expected)s.") % {"expected": context["expected"]}
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return _("An object is needed here.")
    return detail["msg"]
