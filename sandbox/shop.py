"""The sample shop: stage rules, segments, caps, contents, journeys and a broadcast, read from `sample/shop/`.

Opening it again changes nothing that somebody has changed meanwhile: only what is missing is made.
"""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from importlib.resources import as_file, files
from string import Template
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from campaigns.models import Broadcast
from campaigns.services import create_broadcast, schedule
from channels.contents import save_content
from channels.defaults import local_receiver
from channels.models import Cap, ChannelKind, Content, ContentText, QuietHours
from customers.models import Segment, Stage
from customers.segments import save_segment
from customers.stages import save_stage_rule
from journeys.filing import import_journey, read_files
from journeys.models import Journey

SHOP = files("sandbox.sample").joinpath("shop")
HARVEST = "Harvest letter"
NOWHERE = "https://till.example.com"  # where no receiver is set up


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


def lead_hooks(receiver_url: str) -> None:
    """Have the shop's webhooks lead to the receiver, whose port may be another than at the last start."""
    hooks = ContentText.objects.filter(
        content__channel=ChannelKind.WEBHOOK, link__regex=r"^http://127\.0\.0\.1:\d+/hook/"
    )
    for text in hooks:
        text.link = receiver_url + urlsplit(text.link).path
    ContentText.objects.bulk_update(hooks, ["link"])


def journey_slugs() -> list[str]:
    """The keys of its journeys."""
    with as_file(SHOP.joinpath("journeys")) as folder:
        return [file.journey for file in read_files(folder)]


def segment_slugs() -> list[str]:
    """The keys of its segments."""
    return [segment["slug"] for segment in _read("segments.json")]


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
    receiver = f"http://{local}" if (local := local_receiver()) else NOWHERE
    for channel, contents in _read("contents.json").items():
        for row in contents:
            content = Content(
                slug=row["slug"],
                name=row["name"],
                channel=channel,
                is_transactional=row.get("is_transactional", False),
            )
            text = {key: row[key] for key in ("subject", "body", "link") if key in row}
            if channel == "email":
                text = {"subject": row["subject"], "body": _letter(layout, row)}
            elif channel == "webhook":
                text["link"] = receiver + row["link"]
            yield content, text | {"language": "en"}


def _letter(layout: Template, row: dict[str, Any]) -> str:
    paragraphs = "\n        ".join(f"<mj-text>{paragraph}</mj-text>" for paragraph in row["paragraphs"])
    return layout.substitute(
        heading=row["heading"], paragraphs=paragraphs, button=row["button"], link=row["link"]
    )


@transaction.atomic
def _journeys(now: datetime) -> None:
    """All drafts before the first is published, for they name each other.

    Published before they have their tests: those need channels, which may not be set up yet.
    """
    known = set(Journey.objects.values_list("slug", flat=True))
    with as_file(SHOP.joinpath("journeys")) as folder:
        files = [file for file in read_files(folder) if file.journey not in known]
    untested = [file.model_copy(update={"tests": None}) for file in files]
    for file in untested:
        import_journey(file, now)
    for file in untested:
        import_journey(file, now, publishes=True)
    for file in files:
        import_journey(file, now)
