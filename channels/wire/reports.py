"""The callbacks of providers that speak our own shape: a signed list of events.

`{"events": [{"id": "…", "kind": "delivered", "message": "<our id>", "at": "2026-01-31T12:00Z"}]}`; `message`
or `provider_id` names the message. `url`, `reason`, `recipient` and the `text` of a reply are kept too.
"""

import time
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError, field_validator
from rest_framework.request import Request

from channels.provider import CallbackError, EventKind, ProviderEvent
from channels.wire.signature import HEADER, is_signed

MOST = 1_000  # events of one callback
FIRST_YEAR, LAST_YEAR = 2000, 2200
WITHOUT_NUL = r"^[^\x00]*$"
Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WITHOUT_NUL)]
Words = Annotated[str, StringConstraints(max_length=2000, pattern=WITHOUT_NUL)]


class Report(BaseModel):
    """One event of a callback."""

    id: Id
    kind: EventKind
    at: AwareDatetime
    message: UUID | None = None
    provider_id: Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)] = ""
    url: Words = ""
    reason: Words = ""
    recipient: Words = ""
    text: Words = ""

    @field_validator("at")
    @classmethod
    def _within_reason(cls, at: datetime) -> datetime:
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(f"A moment between the years {FIRST_YEAR} and {LAST_YEAR} is needed")
        return at.astimezone(UTC)


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
    extra = report.model_dump(include={"url", "reason", "recipient", "text"}, exclude_defaults=True)
    return ProviderEvent(
        event_id=report.id,
        kind=report.kind,
        occurred_at=report.at,
        provider_id=report.provider_id,
        public_id=report.message,
        payload=extra,
    )
