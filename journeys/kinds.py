"""The kinds of triggers and steps as the designer offers them: group, symbol, words, schema, branches."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypedDict, get_args

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from journeys import entry, step
from journeys.leaving import EarlyExit, Goal, Holdout
from journeys.sending import Sending
from journeys.setting_words import Schema, worded
from journeys.step import Json, Step
from journeys.step_words import KINDS as STEP_TITLES
from journeys.step_words import plain

GROUPS: Mapping[str, Any] = {
    "done": _("Something that they do"),
    "become": _("Something that they become"),
    "time": _("A time"),
    "program": _("A program"),
    "send": _("Send"),
    "wait": _("Wait"),
    "branch": _("Branch"),
    "change": _("Change"),
    "end": _("Goal and end"),
    "more": _("More"),
}


class Offer(NamedTuple):
    """Where a kind is listed, and in a sentence what it is for."""

    group: str
    about: Any


# Branches that are named in a list of settings, and those that follow them in any case.
From = TypedDict("From", {"from": str, "also": list[str]})


class Kind(TypedDict):
    """All that the designer knows of a kind of step or trigger."""

    kind: str
    title: str
    description: str
    group: str
    icon: str
    schema: Schema
    fresh: Json
    branches: list[str] | From | None
    takes_next: bool
    ends: bool
    sends: str | None


STEPS: Mapping[str, Offer] = {
    "send_email": Offer("send", _("An e-mail of one content.")),
    "send_sms": Offer("send", _("An SMS of one content.")),
    "send_push": Offer("send", _("A push message to the phone or browser.")),
    "send": Offer("send", _("On the first channel that reaches them, or the one they prefer.")),
    "send_webhook": Offer("send", _("Tell another system, without asking for an answer.")),
    "call_webhook": Offer("send", _("Ask another system, and go by what it answers.")),
    "wait": Offer("wait", _("For some hours, days or weeks.")),
    "wait_until": Offer("wait", _("For a time of day or hours of the week, where they live.")),
    "wait_date": Offer("wait", _("For a date: a fixed one, one of theirs or of the event.")),
    "wait_for": Offer("wait", _("Until they do something, or the time is up.")),
    "wait_best_hour": Offer("wait", _("For the hour of the day at which they usually read.")),
    "rate_gate": Offer("wait", _("Let so many through in a minute, an hour or a day.")),
    "branch": Offer("branch", _("By rules about the customer, or what brought them here.")),
    "branch_message": Offer("branch", _("By what became of a message: opened, clicked …")),
    "split": Offer("branch", _("By chance, in parts; each customer always alike.")),
    "holdout": Offer("branch", _("Keep some out of what follows, to compare.")),
    "goto": Offer("branch", _("Back to another step, so many times.")),
    "update_trait": Offer("change", _("What is known of the customer.")),
    "add_to_list": Offer("change", _("Put them into a list.")),
    "remove_from_list": Offer("change", _("Take them out of a list.")),
    "set_consent": Offer("change", _("Note a yes or no that they have said.")),
    "move_stage": Offer("change", _("Put them into one of the seven stages.")),
    "start_journey": Offer("change", _("Let them enter another journey as well.")),
    "stop_journey": Offer("change", _("Take them out of another journey.")),
    "goal": Offer("end", _("Count a goal of this journey as reached.")),
    "exit": Offer("end", _("End the journey here, for a reason.")),
}
TRIGGERS: Mapping[str, tuple[str, Any, Offer]] = {
    "event": ("bolt", _("Event"), Offer("done", _("They do something: order, view, sign up."))),
    "form": ("assignment", _("Form sent"), Offer("done", _("They send a certain form."))),
    "message": (
        "drafts",
        _("Message"),
        Offer("done", _("They open, click or answer a message, or it bounces.")),
    ),
    "sms_keyword": ("sms", _("SMS word"), Offer("done", _("They send an SMS that begins with a word."))),
    "segment_entered": ("person_add", _("Segment entered"), Offer("become", _("They come into a segment."))),
    "segment_left": ("person_remove", _("Segment left"), Offer("become", _("They drop out of a segment."))),
    "stage_reached": (
        "moving",
        _("Stage reached"),
        Offer("become", _("They come to one of the seven stages.")),
    ),
    "stage_left": ("signpost", _("Stage left"), Offer("become", _("They leave one of the seven stages."))),
    "trait_changed": ("edit", _("Trait changed"), Offer("become", _("Something known of them changes."))),
    "journey": (
        "route",
        _("Another journey"),
        Offer("become", _("They enter another journey, or come to its end.")),
    ),
    "date": ("cake", _("Date"), Offer("time", _("A date of theirs comes: a birthday, a renewal."))),
    "schedule": (
        "event_repeat",
        _("Schedule"),
        Offer("time", _("All in a segment, at a moment or again and again.")),
    ),
    "api": ("power", _("Call of the API"), Offer("program", _("Another program names them."))),
}
UNKNOWN = Offer("more", "")
STRANGE = "extension"  # the symbol of what has none


def groups() -> list[dict[str, str]]:
    """The groups in their order."""
    return [{"key": key, "title": str(title)} for key, title in GROUPS.items()]


def steps() -> list[Kind]:
    """All kinds of steps, as they are offered; one that nobody has described comes last, by its name."""
    return [_step(kind) for kind in _ordered(step.registry, STEPS)]


def triggers() -> list[Kind]:
    """All kinds of triggers, likewise."""
    return [_trigger(kind) for kind in _ordered(entry.registry, TRIGGERS)]


def parts() -> dict[str, dict[str, Any]]:
    """What stands beside the steps: the schema of each, and settings to begin with."""
    fresh: dict[type[BaseModel], Json] = {
        Goal: {"name": "goal", "when": {"kind": "event", "event": ""}, "window": "P14D"},
        EarlyExit: {"when": {"kind": "event", "event": ""}, "reason": "exit"},
        Holdout: {"percent": 10},
    }
    names: dict[str, type[BaseModel]] = {"goal": Goal, "exit": EarlyExit, "holdout": Holdout}
    return {name: {"schema": worded(part), "fresh": fresh[part]} for name, part in names.items()}


def branches_of(kind: str, settings: Mapping[str, Any]) -> list[str]:
    """The branches of a step as it is written; of one that is not finished, those that can be told."""
    if kind not in step.registry:
        return []
    found = step.registry.get(kind)
    try:
        return list(found.model_validate(settings).branches)
    except ValueError:
        name, _model = _cases(found)
        raw = settings.get(name) if name else None
        cases = [one.get("branch") for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
        named = [case for case in cases if isinstance(case, str) and case]
        return list(dict.fromkeys([*named, *_in_any_case(found)]))


def _ordered(known: Iterable[str], described: Mapping[str, Any]) -> list[str]:
    there = list(known)
    return [kind for kind in described if kind in there] + sorted(set(there) - set(described))


def _step(kind: str) -> Kind:
    found, offer = step.registry.get(kind), STEPS.get(kind, UNKNOWN)
    icon, title, _words = STEP_TITLES.get(kind, (STRANGE, kind, plain))
    branches = _branches(found)
    sends = getattr(found, "channel", "any") if issubclass(found, Sending) else None
    more = {"branches": branches, "takes_next": found.takes_next, "ends": branches is None, "sends": sends}
    return _kind(kind, icon, title, offer, found, **more)


def _trigger(kind: str) -> Kind:
    icon, title, offer = TRIGGERS.get(kind, (STRANGE, kind, UNKNOWN))
    more = {"branches": ["next"], "takes_next": True, "ends": False, "sends": None}
    return _kind(kind, icon, title, offer, entry.registry.get(kind), **more)


def _kind(kind: str, icon: str, title: Any, offer: Offer, found: Any, **more: Any) -> Kind:
    told: Kind = {
        "kind": kind,
        "title": str(title),
        "description": str(offer.about),
        "group": offer.group,
        "icon": icon,
        "schema": worded(found),
        "fresh": dict(found.fresh),
        **more,  # type: ignore[typeddict-item]
    }
    return told


def _branches(found: type[Step]) -> list[str] | From | None:
    name, _field = _cases(found)
    also = _in_any_case(found)
    return {"from": name, "also": also} if name else also or None


def _cases(found: type[Step]) -> tuple[str, str]:
    """The setting in whose list branches are named, as it is written and as the class calls it."""
    for name, field in found.model_fields.items():
        inner = next(iter(get_args(field.annotation)), None)
        if isinstance(inner, type) and "branch" in getattr(inner, "model_fields", ()):
            return field.alias or name, name
    return "", ""


def _in_any_case(found: type[Step]) -> list[str]:
    """The branches that a step has whatever its lists name."""
    _name, field = _cases(found)
    empty: dict[str, Any] = {field: ()} if field else {}
    return list(found.model_construct(**empty).branches)
