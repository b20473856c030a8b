"""Each setting of each kind has words, and asks by the control that it needs."""

from collections.abc import Iterator
from typing import Any

import pytest

from journeys import entry, kinds, step
from journeys.setting_words import CHOICES, FIELDS, worded
from tests.clients import client

SCHEMAS: dict[str, Any] = (
    {f"step {kind}": worded(step.registry.get(kind)) for kind in step.registry}
    | {f"trigger {kind}": worded(entry.registry.get(kind)) for kind in entry.registry}
    | {name: part["schema"] for name, part in kinds.parts().items()}
)


def within(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from within(one)
    elif isinstance(value, list):
        for one in value:
            yield from within(one)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_setting_and_choice_has_words(name):
    for one in within(SCHEMAS[name]):
        fields = one.get("properties")
        if isinstance(fields, dict):
            assert set(fields) <= set(FIELDS)
        if isinstance(one.get("enum"), list):
            assert set(one["enum"]) <= set(CHOICES)
            assert set(one["labels"]) == set(one["enum"])


def test_words_are_of_settings_that_there_are():
    there = {
        name
        for one in within(SCHEMAS)
        if isinstance(fields := one.get("properties"), dict)
        for name in fields
    }

    assert set(FIELDS) == there


@pytest.mark.parametrize(
    ("schema", "path", "widget"),
    [
        ("step wait", "span", "duration"),
        ("step send_email", "content", "content:email"),
        ("step send_email", "expires_after", "duration"),
        ("step call_webhook", "content", "content:webhook"),
        ("step wait_until", "at", "time"),
        ("step wait_until", "weekdays", "weekdays"),
        ("step wait_date", "property", "property"),
        ("step move_stage", "stage", "stage"),
        ("step add_to_list", "list", "list"),
        ("step start_journey", "journey", "journey"),
        ("step set_consent", "topic", "topic"),
        ("step update_trait", "trait", "trait"),
        ("step branch_message", "step", "step:sending"),
        ("trigger event", "event", "event"),
        ("trigger event", "where", "filter"),
        ("trigger event", "rule", "rule"),
        ("trigger schedule", "zone", "zone"),
        ("trigger schedule", "at", "moment"),
        ("goal", "window", "duration"),
    ],
)
def test_settings_ask_by_their_control(schema, path, widget):
    assert SCHEMAS[schema]["properties"][path]["widget"] == widget


def test_what_is_needed_comes_first():
    assert next(iter(SCHEMAS["step send_email"]["properties"])) == "content"
    assert list(SCHEMAS["trigger event"]["properties"]) == ["event", "where", "rule", "entry"]


@pytest.mark.django_db
def test_the_api_shows_the_same_schemas():
    api = client()

    assert api.get("/api/v1/journeys/steps/").json() == step.schemas()
    assert api.get("/api/v1/journeys/triggers/").json() == entry.schemas()
