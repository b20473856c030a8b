"""The kinds that listen to an event: which one, and with which properties. No database."""

import pytest
from pydantic import ValidationError

from journeys.entry import Members, registry
from journeys.step import Listen


def trigger(kind, **settings):
    return registry.get(kind).model_validate(settings)


def line(name, value, operator="equals"):
    return {"property": name, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("made", "event", "where"),
    [
        (trigger("event", event="Paid", where=[line("a", 1)]), "Paid", [line("a", 1)]),
        (trigger("segment_entered", segment="vip"), "$segment_entered", [line("segment", "vip")]),
        (trigger("segment_left", segment="vip"), "$segment_left", [line("segment", "vip")]),
        (trigger("stage_reached", stage="use"), "$stage_changed", [line("to", "use")]),
        (trigger("stage_left", stage="use"), "$stage_changed", [line("from", "use")]),
        (trigger("trait_changed", trait="plan"), "$trait_changed", [line("trait", "plan")]),
        (
            trigger("trait_changed", trait="plan", to="gold", **{"from": "free"}),
            "$trait_changed",
            [line("trait", "plan"), line("to", "gold"), line("from", "free")],
        ),
        (
            trigger("trait_changed", trait="vip", to=False),
            "$trait_changed",
            [line("trait", "vip"), line("to", value=False)],
        ),
        (trigger("message", happened="opened"), "$message_opened", []),
        (
            trigger("message", happened="clicked", channel="email", content="hello", link="/sale"),
            "$message_clicked",
            [line("channel", "email"), line("content", "hello"), line("url", "/sale", "contains")],
        ),
        (
            trigger("sms_keyword", keywords=["JOIN", " Sì "]),
            "$message_replied",
            [line("channel", "sms"), line("keyword", ["join", "sì"], "is_any_of")],
        ),
        (trigger("form", form="f1"), "Form Submitted", [line("form", "f1")]),
        (trigger("journey", journey="welcome"), "$journey_ended", [line("journey", "welcome")]),
        (
            trigger("journey", journey="welcome", reason="bought"),
            "$journey_ended",
            [line("journey", "welcome"), line("reason", "bought")],
        ),
        (
            trigger("journey", journey="welcome", happened="entered"),
            "$journey_entered",
            [line("journey", "welcome")],
        ),
    ],
)
def test_trigger_listens_to_its_event(made, event, where):
    assert made.listens == Listen(event, where)


@pytest.mark.parametrize("kind", ["api", "date", "schedule"])
def test_trigger_by_time_or_call_listens_to_nothing(kind):
    settings = {
        "api": {},
        "date": {"trait": "birthday"},
        "schedule": {"segment": "vip", "at": "2030-01-01T00:00:00Z"},
    }

    assert trigger(kind, **settings[kind]).listens is None


@pytest.mark.parametrize(
    ("kind", "settings", "fault"),
    [
        ("sms_keyword", {"keywords": ["two words"]}, "keywords.0"),
        ("sms_keyword", {"keywords": []}, "keywords"),
        ("journey", {"journey": "a", "happened": "entered", "reason": "x"}, ""),
        ("message", {"happened": "sung"}, "happened"),
        ("trait_changed", {"trait": "a..b"}, "trait"),
        ("api", {"segment": "vip"}, "segment"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(kind, settings, fault):
    with pytest.raises(ValidationError) as refused:
        trigger(kind, **settings)

    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == fault


def test_who_is_there_enters_only_if_asked_for():
    assert trigger("segment_entered", segment="vip").members is None
    assert trigger("segment_entered", segment="vip", existing=True).members == Members(segment="vip")
    assert trigger("stage_reached", stage="use", existing=True).members == Members(stage="use")


def test_every_kind_has_a_schema_of_an_object_without_others():
    for kind in registry:
        schema = registry.get(kind).model_json_schema()
        assert (schema["type"], schema["additionalProperties"]) == ("object", False)
        assert schema["description"]
