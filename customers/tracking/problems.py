"""What can be wrong with a request, as problem details (RFC 9457)."""

from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec
from django.http import HttpResponse


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """A request that is refused: what was wrong, where, and what to do."""

    status: HTTPStatus
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    retry_after: int = 0
    reset_at: int = 0

    def response(self) -> HttpResponse:
        """The answer."""
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "errors": self.errors,
        }
        answer = HttpResponse(
            msgspec.json.encode(body), content_type="application/problem+json", status=self.status
        )
        if self.retry_after:
            answer["Retry-After"] = str(self.retry_after)
        if self.reset_at:
            answer["X-RateLimit-Reset"] = str(self.reset_at)
        return answer


def invalid(errors: list[dict[str, str]]) -> Problem:
    """400, with each error's path and message."""
    return Problem(
        HTTPStatus.BAD_REQUEST, "Nothing of this request was stored. Mend it and send it again.", errors
    )


def at(path: str, message: str) -> dict[str, str]:
    """One error at one place."""
    return {"path": path, "message": message}
