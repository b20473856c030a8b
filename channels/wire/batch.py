"""The shape in which HTTP providers take a batch of messages, and what their answers mean for each.

`POST {"messages": [{"id": "<idempotency id>", "to": …}]}` with a Bearer token; the answer has one item per
message, in the same order: `{"id": "<provider's id>", "status": "accepted"}` or `{"status": "rejected",
"error": "…"}`.
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from channels.provider import Outgoing, Receipt, TemporaryDeliveryError, call_seconds
from channels.wire.http import Answer, NoAnswerError, NotSentError, open_session, post

GONE = frozenset({"UNREGISTERED", "NOTREGISTERED", "GONE", "INVALID_TOKEN"})
NOT_OURS = {401, 403, 404, 405}  # the set-up is wrong, not the messages
LATER = {408, 425, 429}
SET_UP_REST = timedelta(minutes=1)


def send_batch(
    url: str, token: str, messages: Sequence[Outgoing], bodies: Sequence[Mapping[str, str]]
) -> list[Receipt]:
    """Hand a batch over in one request; TemporaryDeliveryError where the provider took none of it."""
    if not messages:
        return []
    return _send(url, token, messages, bodies, time.monotonic() + call_seconds())


def _send(
    url: str, token: str, messages: Sequence[Outgoing], bodies: Sequence[Mapping[str, str]], until: float
) -> list[Receipt]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if len(messages) == 1:
        headers["Idempotency-Key"] = str(messages[0].public_id)
    try:
        answer = post(open_session(), url, json.dumps({"messages": bodies}).encode(), headers, until)
    except NotSentError as error:
        raise TemporaryDeliveryError(f"The provider can't be reached: {error}") from error
    except NoAnswerError as error:
        return [Receipt.unknown(message.message_id, f"No answer: {error}") for message in messages]
    if answer.status >= 500 or answer.status in LATER:  # noqa: PLR2004 - a class of HTTP codes
        raise TemporaryDeliveryError(f"The provider answered {answer.status}.", answer.retry_after)
    if answer.status in NOT_OURS:
        raise TemporaryDeliveryError(
            f"The provider answered {answer.status}: check its URL and token.",
            answer.retry_after or SET_UP_REST,
        )
    if answer.status >= 300:  # noqa: PLR2004
        return _halve(url, token, messages, bodies, until, answer=answer)
    return _receipts(messages, answer)


def _halve(
    url: str,
    token: str,
    messages: Sequence[Outgoing],
    bodies: Sequence[Mapping[str, str]],
    until: float,
    *,
    answer: Answer,
) -> list[Receipt]:
    """A batch refused as a whole: find the message that it is about, so that it hurts nobody else."""
    if len(messages) == 1:
        said = answer.body[:200].decode("utf-8", "replace")
        return [Receipt.refused(messages[0].message_id, f"The provider answered {answer.status}: {said}")]
    middle = len(messages) // 2
    return [
        *_send(url, token, messages[:middle], bodies[:middle], until),
        *_send(url, token, messages[middle:], bodies[middle:], until),
    ]


def _receipts(messages: Sequence[Outgoing], answer: Answer) -> list[Receipt]:
    try:
        items = json.loads(answer.body)["messages"]
    except (ValueError, LookupError, TypeError):
        items = None
    if not isinstance(items, list) or len(items) != len(messages):
        return [Receipt.unknown(message.message_id, "The answer can't be read.") for message in messages]
    return [_receipt(message, item) for message, item in zip(messages, items, strict=True)]


def _receipt(message: Outgoing, item: Any) -> Receipt:
    said = item if isinstance(item, dict) else {}
    match said.get("status"):
        case "accepted":
            return Receipt.accepted(message.message_id, str(said.get("id", "")))
        case "rejected":
            reason = str(said.get("error", "rejected"))
            return Receipt.refused(message.message_id, reason, is_gone=reason.upper() in GONE)
    return Receipt.unknown(message.message_id, "The answer for this message can't be read.")
