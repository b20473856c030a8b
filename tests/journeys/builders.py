"""Journeys for tests, one plain call each; see tests/builders.py for customers and events."""

from datetime import datetime
from typing import Any

from channels.models import Content
from customers.models import Customer, Stage
from journeys import services
from journeys.models import Enrollment, Journey, JourneyVersion
from tests.builders import NOON

IN_ROME: dict[str, Any] = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
LIKES_TEA: dict[str, Any] = {"field": "trait", "trait": "drink", "operator": "equals", "value": "tea"}
ORDERED: dict[str, Any] = {"kind": "event", "event": "Order Completed"}


def step(
    name: str, kind: str, branches: dict[str, str | None] | None = None, **settings: Any
) -> dict[str, Any]:
    """A step as it is written in a graph."""
    return {"id": name, "kind": kind, "settings": settings, "branches": branches or {}}


def graph(*steps: dict[str, Any], trigger: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A graph that begins with the first of the steps; `more` is goals, exits, a holdout."""
    return {"trigger": trigger or ORDERED, "start": steps[0]["id"], "steps": list(steps)} | more


def content(slug: str, channel: str = "email", **fields: Any) -> Content:
    """A content with an English text."""
    made = Content.objects.create(slug=slug, name=slug, channel=channel, **fields)
    section = "<mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section>"
    mail = f"<mjml><mj-body>{section}</mj-body></mjml>"
    made.texts.create(language="en", subject="Hello", body=mail if channel == "email" else "Hello")
    return made


def draft(
    *steps: dict[str, Any], slug: str = "welcome", trigger: dict[str, Any] | None = None, **more: Any
) -> Journey:
    """A journey that is not published yet."""
    action, use = Stage.objects.get(slug="action"), Stage.objects.get(slug="use")
    return services.create_journey(slug, slug, action, use, draft=graph(*steps, trigger=trigger, **more))


def live(
    *steps: dict[str, Any],
    slug: str = "welcome",
    trigger: dict[str, Any] | None = None,
    now: datetime = NOON,
    **more: Any,
) -> JourneyVersion:
    """A journey that lets customers in."""
    return services.publish(draft(*steps, slug=slug, trigger=trigger, **more).pk, now)


def enrolled(version: JourneyVersion, customer: Customer, now: datetime = NOON, **fields: Any) -> Enrollment:
    """A customer at the start of a version, due at once."""
    values = {"step": version.graph["start"], "reached_at": now, "due_at": now, "entered_at": now} | fields
    return Enrollment.objects.create(version=version, journey=version.journey, customer=customer, **values)
