"""A path as JSON: what the API answers, and what tests that are kept are made of."""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from channels.preview import without_pixel
from config.masking import shown_document, shown_text
from journeys.rehearsal.path import Seen, Why, Written
from journeys.rehearsal.walk import Path
from journeys.step import Json


def shown_path(path: Path) -> Json:
    """All of it: what was seen, the messages as they stand, and where the customer and the clock do."""
    inside = path.enrollment
    return {
        "customer": str(path.customer.public_id) if path.customer else None,
        "time_zone": str(path.zone),
        "starts_at": path.starts_at.isoformat(),
        "stands_at": path.stands_at.isoformat(),
        "next_at": path.next_at.isoformat() if path.next_at else None,
        "is_over": path.is_over,
        "is_cut": path.is_cut,
        "enrollment": None
        if inside is None
        else {
            "step": inside.step,
            "standing": inside.standing,
            "since": inside.reached_at.isoformat(),
            "due_at": inside.due_at.isoformat() if inside.due_at else None,
            "awaits": ", ".join(inside.awaits),
            "exit_reason": inside.exit_reason,
        },
        "path": [_seen(one, path.zone) for one in path.seen],
        "messages": [_message(one, path.zone) for one in path.written],
    }


def local(at: datetime, zone: tzinfo) -> str:
    """What the customer's clocks show at that moment, to the second."""
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def message_at(written: Written) -> datetime:
    """When a message went or was closed; of one that waits, until when."""
    row = written.message
    return row.sent_at or row.closed_at or row.due_at or row.created_at


def _seen(one: Seen, zone: tzinfo) -> Json:
    said = shown_document({key: _plain(value) for key, value in one.said.items()})
    shown: dict[str, Any] = {"at": one.at.isoformat(), "local": local(one.at, zone), "kind": one.kind}
    shown |= {"step": one.step} if one.step else {}
    return shown | {"said": said} | ({"why": [_why(why) for why in one.why]} if one.why else {})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _why(why: Why) -> Json:
    lines = [
        {"path": line.path, "words": line.words, "holds": line.holds, "found": line.found}
        for line in why.answers
    ]
    return {"rule": why.name, "holds": why.holds, "answers": lines}


def _message(written: Written, zone: tzinfo) -> Json:
    row, rendered = written.message, written.rendered
    at = message_at(written)
    return {
        "step": row.step,
        "content": row.content.slug if row.content else "",
        "channel": row.channel,
        "state": row.state,
        "reason": row.reason,
        "detail": shown_text(row.detail),
        "at": at.isoformat(),
        "local": local(at, zone),
        "error": written.error,
        "subject": rendered.subject if rendered else "",
        "text": rendered.text if rendered else "",
        "html": without_pixel(rendered.html) if rendered else "",
        "link": rendered.link if rendered else "",
    }
