"""pydantic's errors, told as problems with a path."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.invalid import words_of
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
    return [Problem(path=at, message=str(cause) if isinstance(cause, Slip) else words_of(detail))]
