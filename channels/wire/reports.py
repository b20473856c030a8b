"""The callbacks of providers that speak our own shape: a signed list of events.

`{"events": [{"id": "…", "kind": "delivered", "message": "<our id>", "provider_id": "…", "at":
"2026-01-31T12:00:00Z"}]}`; `message` or `provider_id` names the message, and whatever else stands there (url,
reason, recipient) is kept.
"""

import time
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError
from rest_framework.request import Request

from channels.provider import CallbackError, EventKind, ProviderEvent
from channels.wire.signature import HEADER, is_signed

MOST = 1_000  # events of one callback
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Report(BaseModel):
    """One event of a callback."""

    model_config = ConfigDict(extra="allow")

    id: Short
    kind: EventKind
    at: AwareDatetime
    message: UUID | None = None
    provider_id: str = ""


class Reports(BaseModel):
    """The body of a callback."""

    events: list[Report]


def is_ours(request: Request, secret: str) -> bool:
    """Whether a callback is signed with the secret. The clock of the wall: signatures are about real time."""
    return is_signed(secret, request.headers.get(HEADER, ""), request.body, time.time())


def read_reports(request: Request) -> list[ProviderEvent]:
    """The events of a callback; CallbackError says what can't be read."""
    try:
        reports = Reports.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise CallbackError(f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}.") from error
    if len(reports.events) > MOST:
        raise CallbackError(f"events: {len(reports.events):,} in one callback; send at most {MOST:,}.")
    return [_event(report) for report in reports.events]


def _event(report: Report) -> ProviderEvent:
    extra: dict[str, Any] = report.model_extra or {}
    return ProviderEvent(
        event_id=report.id,
        kind=report.kind,
        occurred_at=report.at.astimezone(UTC),
        provider_id=report.provider_id[:200],
        public_id=report.message,
        payload=extra,
    )
