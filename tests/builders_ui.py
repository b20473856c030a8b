"""A whole small installation for looking at pages: people in all stages, messages of every fate, caps."""

import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from campaigns.models import Broadcast
from channels.models import Cap, Channel, Content, ContentText, Message, QuietHours
from customers.models import Customer, Event, InboxRow, Membership, Segment, Source, Stage, StageMove, Topic
from journeys.models import Enrollment, Journey, JourneyVersion, StepLog
from tests.builders import DAY, HOUR, consent, customer

FATES = (
    ["delivered"] * 8
    + ["sent"] * 4
    + ["held", "queued", "suppressed", "suppressed", "failed", "bounced", "uncertain"]
)
NAMES = ["Ada", "Bruno", "Chiara", "Dario", "Elisa", "Fabio", "Gaia", "Ivo", "Lia", "Marco", "Nora", "Otto"]
TOWNS = ["Roma", "Milano", "Torino", "Bari", "Palermo"]
WHY = {
    "held": [
        ("cap", "Cap “3 a week”: 3 of 3 in the last 7 days; free on Monday at 09:12."),
        ("quiet_hours", "Quiet hours “Night”: 21:00 to 09:00."),
    ],
    "suppressed": [
        ("no_consent", "No consent for e-mail about offers."),
        ("cap", "Cap “1 SMS a week”: 1 of 1 in the last 7 days."),
        ("suppressed_address", "bounced"),
        ("expired", "Of use until 18:00."),
    ],
    "failed": [("refused", "550 5.1.1 There is nobody of that name here")],
    "bounced": [("", "")],
    "uncertain": [("no_answer", "The connection closed after the last dot.")],
}
GRAPH = {
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "thanks",
    "steps": [
        {
            "id": "thanks",
            "kind": "send_email",
            "settings": {"content": "thanks"},
            "branches": {"next": "rest"},
        },
        {"id": "rest", "kind": "wait", "settings": {"span": "P10D"}, "branches": {"next": "again"}},
        {
            "id": "again",
            "kind": "branch",
            "settings": {
                "rules": [
                    {
                        "branch": "came_back",
                        "rule": {
                            "combinator": "and",
                            "not": False,
                            "rules": [
                                {
                                    "field": "event",
                                    "event": "Order Completed",
                                    "aggregate": "count",
                                    "operator": "at_least",
                                    "value": 2,
                                    "within": "P10D",
                                }
                            ],
                        },
                    }
                ]
            },
            "branches": {"came_back": "glad", "else": "nudge"},
        },
        {"id": "glad", "kind": "send_push", "settings": {"content": "glad"}, "branches": {"next": None}},
        {"id": "nudge", "kind": "send_sms", "settings": {"content": "nudge"}, "branches": {"next": None}},
    ],
}
MJML = """<mjml>
  <mj-body background-color="#F8FAFC">
    <mj-section background-color="#FFFFFF">
      <mj-column>
        <mj-text font-size="22px" color="#6D28D9">
          Thank you{% if customer.first_name %}, {{ customer.first_name }}{% endif %}
        </mj-text>
        <mj-text font-size="15px">Your basket is on its way. Here is what others cook with it.</mj-text>
        <mj-button href="https://shop.example/recipes" background-color="#6D28D9">See the recipes</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


def fill(now: datetime, customers: int = 240) -> dict[str, Any]:
    """Fill an empty installation; returns the rows that tests look for."""
    dice = random.Random(7)
    made = design(now)
    stages = list(Stage.objects.all())
    people = [_person(dice, number, stages, made, now) for number in range(customers)]
    _messages(dice, people, made, now)
    return made | {"people": people}


def design(now: datetime) -> dict[str, Any]:
    """Stages' rules, segments, contents, channels, caps, journeys, a broadcast."""

    Topic.objects.get_or_create(slug="offers", defaults={"name": "Offers"})
    shop, _made = Source.objects.get_or_create(name="shop")
    for number, (state, attempts) in enumerate([("parked", 5), ("pending", 2)]):
        InboxRow.objects.create(
            received_at=now - HOUR,
            source=shop,
            message_id=f"failed-{number}",
            kind="track",
            payload={"kind": "track", "message_id": f"failed-{number}", "occurred_at": now.isoformat()},
            state=state,
            attempts=attempts,
            due_at=now + HOUR,
            error="The process that applied it ended, or the database under it did.",
        )
    orders = {
        "field": "event",
        "event": "Order Completed",
        "aggregate": "count",
        "operator": "at_least",
        "value": 2,
    }
    Stage.objects.filter(slug="use").update(
        rule={"combinator": "and", "not": False, "rules": [orders | {"within": "P90D"}]}
    )
    segments = [
        Segment.objects.create(
            slug=slug,
            name=name,
            rule={"combinator": "and", "not": False, "rules": [orders | {"value": value}]},
            changed_at=now,
            rebuilt_at=now,
        )
        for slug, name, value in [("regulars", "Regular customers", 4), ("recent", "Bought twice", 2)]
    ]
    segments.append(
        Segment.objects.create(slug="tasting", name="Guests of the tasting", kind="list", changed_at=now)
    )
    contents = {}
    for slug, channel, subject, body in [
        ("thanks", "email", "Thank you for your order", MJML),
        ("glad", "push", "Good to see you again", "Your points have doubled this week."),
        ("nudge", "sms", "", "{{ customer.first_name }}, your coupon is waiting: 10 % until Sunday."),
    ]:
        content = Content.objects.create(slug=slug, name=slug.capitalize(), channel=channel, topic="offers")
        ContentText.objects.create(content=content, language="en", subject=subject, body=body, link="")
        contents[channel] = content
    for kind, provider in [("email", "smtp"), ("sms", "http_sms"), ("push", "http_push")]:
        Channel.objects.get_or_create(
            kind=kind, defaults={"provider": provider, "sender": "shop@example.com"}
        )
    Cap.objects.create(name="3 a week", limit=3, window="rolling", span=timedelta(days=7))
    Cap.objects.create(name="1 SMS a week", limit=1, window="week", channel="sms")
    QuietHours.objects.create(name="Night", starts="21:00", ends="09:00")
    journeys = []
    for slug, name, serves, leads in [
        ("welcome", "Welcome", 1, 2),
        ("coupon", "Coupon follow-up", 3, 5),
        ("second", "Second purchase", 5, 6),
        ("cross", "Another department", 6, 6),
        ("win-back", "Win back", 6, 5),
        ("thanks", "Advocate thanks", 7, 6),
    ]:
        journey = Journey.objects.create(
            slug=slug, name=name, serves_id=serves, leads_to_id=leads, draft=GRAPH
        )
        if slug != "coupon":
            version = JourneyVersion.objects.create(
                journey=journey, number=1, graph=GRAPH, published_at=now - 90 * DAY
            )
            Journey.objects.filter(pk=journey.pk).update(
                live_version=version, state="paused" if slug == "cross" else "live"
            )
            journeys.append((journey, version))
    broadcast = Broadcast.objects.create(
        name="Spring offers",
        content=contents["email"],
        segment=segments[1],
        state="sending",
        launched_at=now - DAY,
    )
    return {"segments": segments, "contents": contents, "journeys": journeys, "broadcast": broadcast}


def _person(dice: random.Random, number: int, stages: list[Any], made: dict[str, Any], now: datetime) -> Any:

    first = dice.choice(NAMES)
    seen = now - dice.randint(20, 200) * DAY
    path = [dice.randint(1, 3)]
    while dice.random() < 0.75 and len(path) < 8:
        path.append(max(1, min(7, path[-1] + dice.choice([1, 1, 1, 2, -1, -2]))))
    path = [a for a, b in pairwise([*path, 0]) if a != b]
    person = customer(
        email=f"{first.lower()}{number}@example.com",
        phone=f"+3906{number:07}",
        external_id=f"c{number}",
        traits={
            "first_name": first,
            "last_name": f"Prova{number}",
            "city": dice.choice(TOWNS),
            "orders": len(path),
        },
        seen_at=seen,
        language="it",
    )
    moments = sorted(now - dice.random() * (now - seen) for _ in path)
    for before, (stage, at) in zip([None, *path], zip(path, moments, strict=True), strict=False):
        StageMove.objects.create(customer=person, from_stage_id=before, to_stage_id=stage, moved_at=at)
        Event.objects.create(
            customer=person,
            name="$stage_changed",
            occurred_at=at,
            received_at=at,
            properties={"from": before and stages[before - 1].slug, "to": stages[stage - 1].slug},
        )
    Customer.objects.filter(pk=person.pk).update(
        stage_id=path[-1], stage_since=moments[-1], last_seen_at=now - dice.random() * 9 * DAY
    )
    for at in moments:
        total = round(dice.uniform(8, 90), 2)
        products = [
            {
                "product_id": f"p{dice.randint(1, 99)}",
                "department": dice.choice(["GROCERY", "DELI", "Seafood"]),
            }
        ]
        Event.objects.create(
            customer=person,
            name="Order Completed",
            occurred_at=at - HOUR,
            received_at=at,
            properties={"total": total, "products": products},
        )
    consent(person, "email", granted=dice.random() < 0.8, at=seen)
    if dice.random() < 0.5:
        consent(person, "sms", "offers", at=seen)
    if len(path) > 2:
        Membership.objects.create(
            segment=dice.choice(made["segments"]), customer=person, entered_at=moments[-1]
        )
    return person


def _messages(dice: random.Random, people: list[Any], made: dict[str, Any], now: datetime) -> None:

    steps = [("thanks", "email"), ("nudge", "sms"), ("glad", "push")]
    for person in people:
        for journey, version in dice.sample(made["journeys"], dice.randint(0, 3)):
            at = now - dice.random() * 60 * DAY
            ended = dice.random() < 0.6
            enrollment = Enrollment.objects.create(
                version=version,
                journey=journey,
                customer=person,
                step="rest",
                reached_at=at,
                standing="ended" if ended else "due",
                due_at=None if ended else now + DAY,
                ended_at=at + 11 * DAY if ended else None,
                exit_reason="completed" if ended else "",
                entered_at=at,
            )
            StepLog.objects.create(
                enrollment=enrollment,
                customer=person,
                version=version,
                step="thanks",
                visit=1,
                branch="next",
                reached_at=at,
                left_at=at + HOUR,
            )
            for visit, (step, channel) in enumerate(steps[: dice.randint(1, 3)], 1):
                _message(
                    dice,
                    person,
                    made["contents"][channel],
                    at + visit * DAY,
                    now,
                    source="journey",
                    source_id=version.pk,
                    enrollment_id=enrollment.pk,
                    step=step,
                    visit=visit,
                )
    for person in dice.sample(people, len(people) // 3):
        _message(
            dice,
            person,
            made["contents"]["email"],
            now - DAY,
            now,
            source="broadcast",
            source_id=made["broadcast"].pk,
        )
    made["broadcast"].candidates = Message.objects.filter(source="broadcast").count()
    made["broadcast"].save()


def _message(dice: random.Random, person: Any, content: Any, at: datetime, now: datetime, **of: Any) -> None:

    state = dice.choice(FATES)
    reason, detail = dice.choice(WHY.get(state, [("", "")]))
    gone = state in {"sent", "delivered", "bounced", "uncertain"}
    is_open = state in {"held", "queued"}
    Message.objects.create(
        customer=person,
        channel=content.channel,
        content=content,
        topic="offers",
        state=state,
        reason=reason,
        detail=detail,
        created_at=at,
        due_at=now + HOUR if is_open else None,
        slot_at=at if gone else None,
        sent_at=at if gone and state != "uncertain" else None,
        delivered_at=at + HOUR if state == "delivered" else None,
        opened_at=at + 2 * HOUR if state == "delivered" and dice.random() < 0.4 else None,
        closed_at=None if is_open else at,
        **of,
    )
