"""The sample shop: stage rules, segments, caps, contents, journeys and a broadcast, read from `sample/shop/`.

Opening it again changes nothing that somebody has changed meanwhile: only what is missing is made.
"""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from importlib.resources import files
from string import Template
from typing import Any

from campaigns.models import Broadcast
from campaigns.services import create_broadcast, schedule
from channels.contents import save_content
from channels.models import Cap, Content, QuietHours
from customers.models import Segment, Stage
from customers.segments import save_segment
from customers.stages import save_stage_rule
from journeys.models import Journey
from journeys.services import create_journey, publish

SHOP = files("sandbox.sample").joinpath("shop")
HARVEST = "Harvest letter"


def open_shop(now: datetime) -> None:
    """Make what is missing of the shop, in the order in which one needs the other."""
    _caps()
    _stages(now)
    _segments(now)
    _contents()
    _journeys(now)


def schedule_harvest(at: datetime, now: datetime) -> None:
    """The broadcast of the year: the harvest letter to the regulars, once."""
    if Broadcast.objects.filter(name=HARVEST).exists():
        return
    broadcast = create_broadcast(
        name=HARVEST,
        content=Content.objects.get(slug="harvest-email"),
        segment=Segment.objects.get(slug="regulars"),
        starts_at=at,
        expires_after=timedelta(days=4),
    )
    schedule(broadcast, now)


def _read(name: str) -> Any:
    return json.loads(SHOP.joinpath(name).read_text("utf-8"))


def _caps() -> None:
    data = _read("caps.json")
    for cap in data["caps"]:
        span = timedelta(days=days) if (days := cap.pop("days", None)) else None
        Cap.objects.get_or_create(name=cap.pop("name"), defaults=cap | {"span": span})
    for quiet in data["quiet_hours"]:
        hours = {end: time.fromisoformat(quiet[end]) for end in ("starts", "ends")}
        QuietHours.objects.get_or_create(name=quiet["name"], defaults=hours)


def _stages(now: datetime) -> None:
    for slug, rule in _read("stages.json").items():
        stage = Stage.objects.get(slug=slug)
        if not stage.rule:
            save_stage_rule(stage, rule, now)


def _segments(now: datetime) -> None:
    known = set(Segment.objects.values_list("slug", flat=True))
    for segment in _read("segments.json"):
        if segment["slug"] not in known:
            save_segment(Segment(**segment), now)


def _contents() -> None:
    known = set(Content.objects.values_list("slug", flat=True))
    for content, text in _content_rows():
        if content.slug not in known:
            save_content(content, [text])


def _content_rows() -> Iterator[tuple[Content, dict[str, str]]]:
    layout = Template(SHOP.joinpath("letter.mjml").read_text("utf-8"))
    for channel, contents in _read("contents.json").items():
        for row in contents:
            content = Content(slug=row["slug"], name=row["name"], channel=channel)
            text = {key: row[key] for key in ("subject", "body", "link") if key in row}
            if channel == "email":
                text = {"subject": row["subject"], "body": _letter(layout, row)}
            yield content, text | {"language": "en"}


def _letter(layout: Template, row: dict[str, Any]) -> str:
    paragraphs = "\n        ".join(f"<mj-text>{paragraph}</mj-text>" for paragraph in row["paragraphs"])
    return layout.substitute(
        heading=row["heading"], paragraphs=paragraphs, button=row["button"], link=row["link"]
    )


def _journeys(now: datetime) -> None:
    stages = {stage.slug: stage for stage in Stage.objects.all()}
    known = set(Journey.objects.values_list("slug", flat=True))
    for file in sorted(SHOP.joinpath("journeys").iterdir(), key=lambda file: file.name):
        row = json.loads(file.read_text("utf-8"))
        if row["slug"] in known:
            continue
        journey = create_journey(
            row["slug"],
            row["name"],
            stages[row["serves"]],
            stages[row["leads_to"]],
            row["graph"],
            row["description"],
        )
        publish(journey.pk, now)
