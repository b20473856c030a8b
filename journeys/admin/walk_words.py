"""A walk in the reader's words, as the designer shows it. What a step is called the designer knows itself."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Message
from channels.preview import as_note, as_page
from config.masking import shown_document
from config.templatetags.sette import STAGES, branch_name, channel_name, exit_name, money, stage_words
from journeys.enroll import Refusal
from journeys.rehearsal.path import Seen, Why, Written
from journeys.rehearsal.walk import Path
from journeys.step import NEXT, Json
from journeys.trigger_sayings import HAPPENED

ICONS = {
    "input": "bolt",
    "customer": "person",
    "entered": "login",
    "passed": "footprint",
    "waits": "hourglass_top",
    "message": "mail",
    "goal": "flag",
    "ended": "logout",
    "failed": "error",
    "refused": "block",
}
FOR = {
    "due": gettext_lazy("waits"),
    "event": gettext_lazy("waits for an event"),
    "message": gettext_lazy("waits for what becomes of its message"),
    "change": gettext_lazy("waits until a change is made"),
}
Words = tuple[str, str]  # a title, empty for that of the step's card, and what else there is to say


def told_path(path: Path) -> Json:
    """All that was seen, each with its words; of each message how it looks, where it is told last."""
    written = {one.message.pk: one for one in path.written}
    newest = {one.said["message"]: place for place, one in enumerate(path.seen) if one.kind == "message"}
    return {
        "customer": str(path.customer.public_id) if path.customer else None,
        "zone": str(path.zone),
        "starts_at": path.starts_at.isoformat(),
        "stands_at": path.stands_at.isoformat(),
        "is_cut": path.is_cut,
        "has_entered": path.enrollment is not None,
        "seen": [
            _told(_shown(one), written.get(one.said.get("message", 0)), is_newest=place in newest.values())
            for place, one in enumerate(path.seen)
        ],
    }


def _shown(one: Seen) -> Seen:
    """What was seen, as the reader may see it."""
    return replace(one, said=shown_document(one.said))


def _told(one: Seen, written: Written | None, *, is_newest: bool) -> Json:
    title, note = _words(one)
    until = one.said.get("until")
    told: dict[str, Any] = {
        "at": one.at.isoformat(),
        "kind": one.kind,
        "step": one.step,
        "icon": ICONS[one.kind],
        "title": title,
        "note": note,
        "until": until.isoformat() if isinstance(until, datetime) else None,
        "why": [_why(why, one.said.get("branch", "")) for why in one.why],
    }
    if one.kind == "passed":
        return told | {"branch": one.said["branch"]}
    if one.kind == "waits":
        return told | {"awaits": one.said["event"]}
    if one.kind == "message":
        told |= _message(one) | (
            {"frame": _frame(written), "subject": _subject(written)} if is_newest else {}
        )
    return told


def _words(one: Seen) -> Words:
    said = one.said
    words: Words = _("Left the journey"), exit_name(said.get("reason", ""))
    match one.kind:
        case "input":
            words = _given(said)
        case "customer":
            words = _found_out(said["event"], said["properties"])
        case "entered":
            words = _("Entered the journey"), said["key"]
        case "passed":
            words = "", branch_name(said["branch"]) if said["branch"] != NEXT else ""
        case "waits":
            words = "", f"{FOR[said['for']]} {said['event']}".strip()
        case "message":
            words = said["content"], channel_name(said["channel"])
        case "goal":
            worth = money(said["value"], said["currency"]) if said["value"] is not None else ""
            words = _("Reached the goal %(goal)s") % {"goal": said["goal"]}, worth
        case "refused":
            words = _("Was not let in"), str(Refusal(said["reason"]).label)
        case "failed":
            words = "", said["error"]
    return words


def _given(said: Json) -> Words:
    """What was let happen by hand."""
    match said["kind"]:
        case "event":
            return said["event"], _short(said["properties"])
        case "traits":
            return _("Traits change"), _short(said["traits"])
        case "consent":
            return _consent(said), said["topic"]
        case "message":
            return "", str(HAPPENED.get(said["what"], said["what"]))
    return _("The customer is let in"), _short(said["properties"])


def _found_out(event: str, properties: Json) -> Words:
    """What the product itself found out about the customer."""
    match event:
        case "$stage_changed":
            ways = [str(properties.get(end) or "") for end in ("from", "to")]
            return " → ".join(_stage(slug) for slug in ways if slug), ""
        case "$segment_entered":
            return _("Entered segment %(segment)s") % {"segment": properties.get("segment")}, ""
        case "$segment_left":
            return _("Left segment %(segment)s") % {"segment": properties.get("segment")}, ""
        case "$consent_changed":
            return _consent(properties), ""
    return event, ""


def _stage(slug: str) -> str:
    return stage_words(STAGES.index(slug) + 1) if slug in STAGES else slug


def _consent(said: Json) -> str:
    word = _("Consent granted") if said.get("granted") else _("Consent refused")
    return f"{word}: {channel_name(str(said.get('channel', '')))}"


def _short(values: Json) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""


def _why(why: Why, taken: str) -> Json:
    lines = [{"words": line.words, "holds": line.holds, "found": line.found} for line in why.answers]
    told = {"name": branch_name(why.name), "holds": why.holds, "is_taken": why.name == taken}
    return told | {"answers": lines}


def _message(one: Seen) -> Json:
    """A message's fate and reason at that moment."""
    said = one.said
    row = Message(state=said["state"], reason=said["reason"], channel=said["channel"])
    reason = row.get_reason_display() if row.reason else ""
    return {
        "message": said["message"],
        "state": said["state"],
        "fate": row.get_state_display(),
        "reason": ": ".join(filter(None, [reason, said["detail"]])),
    }


def _frame(written: Written | None) -> str:
    if written is None or written.rendered is None:
        return as_note((written and written.error) or _("This message has no text to show."))
    return as_page(written.rendered)


def _subject(written: Written | None) -> str:
    return written.rendered.subject if written and written.rendered else ""
