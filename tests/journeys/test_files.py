"""Journeys as files: the same text for the same journey, and nothing but a journey is read from one."""

import json
import time

import pytest

from journeys.files import FileError, JourneyFile, read, written

GRAPH = {
    "steps": [
        {"branches": {"next": None}, "settings": {"at": "17:00"}, "kind": "wait_until", "id": "evening"},
        {"id": "off", "kind": "exit", "settings": {"reason": "a\nlonger\nreason: ✓"}},
    ],
    "start": "evening",
    "trigger": {"where": [], "event": "no", "kind": "event"},
}
TEXT = """\
journey: welcome
name: Welcome
description: 'true'
serves: action
leads_to: use
contents: []
draft:
  trigger:
    kind: event
    event: 'no'
    where: []
  start: evening
  steps:
    - id: evening
      kind: wait_until
      settings:
        at: '17:00'
      branches:
        next: null
    - id: 'off'
"""


def file(**more):
    said = {"journey": "welcome", "name": "Welcome", "serves": "action", "leads_to": "use", "draft": GRAPH}
    return JourneyFile(**said | {"description": "true"} | more)


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_file_is_read_as_it_was_written(form):
    tests = [{"name": "one", "terms": {"starts_at": "2025-03-03T12:00:00Z", "until": "P2D"}, "expects": {}}]

    text = written(file(tests=tests), form)

    assert read(text, form) == file(tests=tests)
    assert written(read(text, form), form) == text


def test_yaml_reads_as_people_would_write_it():
    assert written(file(), "yaml").startswith(TEXT)
    unquoted = read(TEXT.replace("'no'", "no").replace("'17:00'", "17:00"), "yaml").draft
    assert (unquoted["trigger"]["event"], unquoted["steps"][0]["settings"]) == ("no", {"at": "17:00"})


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "7",
        '{"journey": "x"}',
        BOMB,
        "[" * 50_000,
        "a: " * 50_000,
        "x: !!python/object/apply:os.system [ls]",
        "x: !!binary aGk=",
        "x: !!set {a, b}",
        "x: .nan",
        "? [a, b]\n: c",
        "a: 1\n---\nb: 2",
        "a: \x00",
        '{"a": 1e999}',
        '{"journey": "a", "name": "\\u0000", "serves": "a", "leads_to": "b", "draft": {}}',
        '{"journey": "a", "name": "\\ud800", "serves": "a", "leads_to": "b", "draft": {}}',
        "x" * 3_000_000,
        "a: " + "9" * 200_000,
    ],
)
def test_what_is_no_journey_is_refused_soon(text, form):
    started = time.process_time()  # whatever else the machine does

    with pytest.raises(FileError):
        read(text, form)

    assert time.process_time() - started < 2


def test_slip_is_told_with_its_line_and_field():
    with pytest.raises(FileError, match="line 2, column 5: mapping values"):
        read("a: 1\nb: c: d\n", "yaml")
    with pytest.raises(FileError, match="aliases are not read"):
        read(BOMB, "yaml")
    with pytest.raises(FileError) as refused:
        read(json.dumps({"journey": "A b", "draft": [], "tests": [{}]}), "json")

    paths = {error["path"] for error in refused.value.errors}
    assert {"journey", "name", "draft", "tests.0.name"} <= paths
