"""What customers, shops and colleagues write is text on every page: none takes it for a part of itself."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, F, JSONField, Model, TextField, Value
from django.db.models.functions import Cast, Concat, Left
from django.utils.html import escape

from customers.models import Event, Segment
from journeys.models import Journey, JourneyVersion
from tests.config.access import PAGES, ROWS
from tests.config.admin_routes import Page, pages
from tests.people import browser
from tests.whole import Whole

OURS = ("campaigns", "channels", "config", "customers", "insights", "journeys", "sandbox")
HOSTILE = "javascript:a//\"'></script><b hostile>"
WRITTEN = {
    "description",
    "detail",
    "error",
    "key",
    "moved_by",
    "name",
    "note",
    "reason",
    "subject",
    "text",
    "value",
}
TOLD = {"acknowledged": [{"key": "x", "path": HOSTILE, "message": HOSTILE}], "details": {"reason": HOSTILE}}
TOLD |= {name: {HOSTILE: HOSTILE, "url": HOSTILE} for name in ("context", "payload", "properties", "traits")}
GRAPH = {
    "trigger": {"kind": "event", "event": HOSTILE, "where": [{"property": HOSTILE, "operator": "is_set"}]},
    "start": "rest",
    "goals": [{"name": HOSTILE, "when": {"kind": "event", "event": HOSTILE}, "window": HOSTILE}],
    "exits": [{"reason": HOSTILE, "when": {"kind": "segment", "segment": HOSTILE}}],
    "steps": [
        {"id": "rest", "kind": "exit", "settings": {"reason": HOSTILE}, "note": HOSTILE},
        {"id": HOSTILE, "kind": HOSTILE, "settings": {HOSTILE: HOSTILE}, "branches": {HOSTILE: "rest"}},
    ],
}
RULE = {
    "combinator": "and",
    "not": False,
    "rules": [
        {"field": "trait", "trait": HOSTILE, "operator": "equals", "value": HOSTILE},
        {"field": HOSTILE, "operator": HOSTILE, "value": HOSTILE},
    ],
}


# Some of the pages on which it stands: the test would tell nothing of what is not there.
SHOWN = {
    *(
        "campaigns_broadcast_change",
        "channels_content_change",
        "channels_message_change",
        "customer",
        "index",
    ),
    *("customers_inboxrow_change", "customers_segment_change", "journey_comments", "journey_designer"),
    *(
        "journey_history",
        "journey_publish",
        "journeys_journey_changelist",
        "segment_overlap",
        "stage_versions",
    ),
}
WITHOUT = {"api_reference", "journey_new"}  # long, and all of it ours


class Taken(HTMLParser):
    """Finds what was written where the page has elements, attributes and addresses of its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_run = name in {"href", "src", "action"} and (value or "").strip().startswith("javascript:")
            if name == "hostile" or is_run:
                self.found.append(self.get_starttag_text() or tag)


def spoil(model: type[Model]) -> None:
    """Write the hostile text wherever a row has room for words or values of somebody's."""
    told: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, CharField | TextField) and field.name in WRITTEN:
            if not (field.choices or field.primary_key):
                text = (
                    Concat(Cast(F("pk"), TextField()), Value(" " + HOSTILE))
                    if field.unique
                    else Value(HOSTILE)
                )
                told[field.name] = Left(text, field.max_length) if field.max_length else text
        elif isinstance(field, JSONField) and field.name in TOLD:
            told[field.name] = TOLD[field.name]
    if told:
        model._base_manager.update(**told)


@pytest.mark.parametrize("page", ["<p>{}</p>", '<p title="{}">', "<a href='{}'>", "<script>{}</script>"])
def test_what_becomes_a_part_of_a_page_is_found(page: str) -> None:
    assert Taken(page.format(HOSTILE)).found != []
    assert Taken("<p title='{0}'>{0}</p>".format(escape(HOSTILE))).found == []


def is_about_something(page: Page) -> bool:
    """Whether what is written in a row may stand on a page of ours."""
    if page.model:
        return (
            page.model.split(".")[0] in OURS and page.model in ROWS and page.verb in {"change", "changelist"}
        )
    return page.name in PAGES.keys() - WITHOUT


def test_nothing_that_was_written_becomes_a_part_of_a_page(db: None) -> None:
    del db
    whole = Whole(datetime.now(UTC))
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            spoil(model)
    Event.objects.exclude(name__startswith="$").update(name=HOSTILE)
    Segment.objects.filter(kind="dynamic").update(rule=RULE)
    Journey.objects.update(draft=GRAPH)
    JourneyVersion.objects.update(graph=GRAPH)
    who = browser("administrator")

    found, shown = {}, set()
    for page in filter(is_about_something, pages()):
        answer = who.get(page.url(whole))
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
        assert answer.status_code < 500, page.name
        if answer["Content-Type"].startswith("text/html"):
            shown |= {page.name} if "hostile" in text else set()
            found[page.name] = Taken(text).found

    assert {name: taken for name, taken in found.items() if taken} == {}
    assert shown >= SHOWN
