"""What settings of steps and triggers are called, and the JSON Schemas that say so. Pure.

A schema is read off the typed fields, what is needed first. Each of its properties tells by `title` and
`description` what people read, by `widget` how it is asked for, and by `labels` what the few values of a
choice are called.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache, partial
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from channels.models import ChannelKind, Reason

Schema = dict[str, Any]
WIDGET = "widget"
LAST = ("rule", "entry")
FORMATS = {
    "duration": "duration",
    "time": "time",
    "date-time": "moment",
}  # that ask for a widget by themselves

FIELDS: Mapping[str, Any] = {
    "after": _("After"),
    "amount": _("Amount"),
    "at": _("At"),
    "at_most": _("At most"),
    "begins": _("Begins"),
    "branch": _("Branch"),
    "cases": _("Branches"),
    "channel": _("Channel"),
    "clicked": _("Clicked in the message of"),
    "content": _("Content"),
    "contents": _("Contents"),
    "context": _("What brought them here"),
    "currency": _("Currency"),
    "currency_property": _("Property with the currency"),
    "days": _("Days after the date"),
    "delivered": _("Delivered: the message of"),
    "do": _("What is done"),
    "ends_at": _("Lets in until"),
    "entries_per_day": _("Most entries in a day"),
    "entries_per_hour": _("Most entries in an hour"),
    "entry": _("How often"),
    "event": _("Event"),
    "existing": _("Also who is there now"),
    "exits": _("Ends the journey"),
    "expires_after": _("Of use for"),
    "fallbacks": _("Instead, when a cap is full"),
    "for": _("What is awaited"),
    "form": _("Form"),
    "from": _("From"),
    "goal": _("Goal"),
    "granted": _("Agrees"),
    "happened": _("What happened"),
    "hold_for": _("Hold it for"),
    "journey": _("Journey"),
    "key": _("Property that tells the runs apart"),
    "keywords": _("Words"),
    "kind": _("What happens"),
    "link": _("Link"),
    "list": _("List"),
    "name": _("Name"),
    "on": _("Date"),
    "on_cap": _("When a cap is full"),
    "once": _("Counts once"),
    "opened": _("Opened: the message of"),
    "order": _("Order"),
    "parts": _("Branches"),
    "path": _("From the context"),
    "per": _("In each"),
    "percent": _("Percent"),
    "policy": _("The same customer enters"),
    "priority": _("Priority"),
    "property": _("Property of the event"),
    "reason": _("Reason"),
    "reasons": _("Only for these reasons"),
    "recurs": _("Comes"),
    "rrule": _("Again and again"),
    "rule": _("Rule"),
    "rules": _("Branches"),
    "salt": _("Word for the draw"),
    "segment": _("Segment"),
    "segment_entered": _("Enters the segment"),
    "segment_left": _("Leaves the segment"),
    "shift": _("Before or after"),
    "span": _("For how long"),
    "stage": _("Stage"),
    "stage_reached": _("Reaches the stage"),
    "starts_at": _("Lets in from"),
    "step": _("Step"),
    "then": _("Goes on"),
    "to": _("To"),
    "topic": _("Topic"),
    "trait": _("Trait"),
    "value": _("Value"),
    "was": _("The message was"),
    "way": _("Which way"),
    "weekdays": _("Days of the week"),
    "weight": _("Weight"),
    "when": _("When"),
    "where": _("Where"),
    "window": _("Counts for"),
    "wording": _("Wording"),
    "yields": _("Until the rules name another"),
    "zone": _("Time zone"),
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHOICES: Mapping[str, Any] = {
    **dict(ChannelKind.choices),
    **dict(Reason.choices),
    **{day: WEEKDAYS[place] for place, day in enumerate(DAYS)},
    "add": _("add to the number"),
    "after": _("after"),
    "again": _("again and again"),
    "append": _("put into the list"),
    "before": _("before"),
    "bounced": _("bounced"),
    "clicked": _("clicked"),
    "complained": _("reported as spam"),
    "day": _("day"),
    "deferred": _("deferred"),
    "delivered": _("delivered"),
    "drop": _("is dropped"),
    "ended": _("ended"),
    "entered": _("entered"),
    "event": _("an event"),
    "failed": _("failed"),
    "first": _("the first that reaches them"),
    "hold": _("waits for its place"),
    "hour": _("hour"),
    "minute": _("minute"),
    "move_on": _("at once"),
    "not_yet": _("not there yet"),
    "once": _("once"),
    "opened": _("opened"),
    "per_key": _("once for each value of a property"),
    "preferred": _("the channel that they prefer"),
    "remove": _("take out of the list"),
    "replied": _("answered"),
    "segment_entered": _("enters a segment"),
    "segment_left": _("leaves a segment"),
    "sent": _("sent"),
    "set": _("set"),
    "stage_left": _("leaves a stage"),
    "stage_reached": _("reaches a stage"),
    "suppressed": _("not sent"),
    "switch": _("goes out on another channel"),
    "unset": _("take away"),
    "wait_for_fate": _("once it was sent, or will not be"),
    "yearly": _("each year"),
}


def worded(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a model's fields, in the reader's language."""
    schema = deepcopy(_schema(model))
    for one in _objects(schema):
        if fields := one.get("properties"):
            order = partial(_place, one.get("required", ()))
            one["properties"] = {name: fields[name] for name in sorted(fields, key=order)}
        for name, field in one.get("properties", {}).items():
            field["title"] = str(FIELDS.get(name, name))
            if widget := _widget(field):
                field[WIDGET] = widget
        if description := one.get("description"):
            one["description"] = gettext(description)
        if choices := [*one.get("enum", ()), *([one["const"]] if "const" in one else ())]:
            one["labels"] = {choice: str(CHOICES.get(choice, choice)) for choice in choices}
    return schema


@cache
def _schema(model: type[BaseModel]) -> Schema:
    """As pydantic tells it; what docstrings say is for programmers."""
    schema = model.model_json_schema()
    for one in (schema, *schema.get("$defs", {}).values()):
        one.pop("description", None)
    return schema


def _place(needed: Sequence[str], name: str) -> int:
    """What is needed, then what is a kind's own, then what all triggers have."""
    return 0 if name in needed else LAST.index(name) + 2 if name in LAST else 1


def _objects(value: Any) -> Iterator[Schema]:
    """The schema and all within it, but the examples and defaults of fields."""
    if isinstance(value, dict):
        yield value
        for key, one in value.items():
            if key not in {"default", "examples"}:
                yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def _widget(field: Schema) -> str:
    """How a property is asked for: as it says itself, or one of the kinds of value that it may have."""
    for one in (field, *field.get("anyOf", ())):
        if told := one.get(WIDGET) or FORMATS.get(one.get("format", "")):
            return str(told)
    return ""
