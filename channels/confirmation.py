"""Double opt-in: a yes that is to be confirmed is asked for, once, by the channel that it is about.

The confirmation is a content as others are, one per channel, made when it is first needed; its messages are
transactional, and go through the gate as all do. What is agreed to by its link counts from then on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels.models import Content, ContentText, Message, MessageSource
from channels.outbox import Candidate, queue_messages
from channels.preferences import in_words
from customers.models import DoubleOptIn, PendingConsent, Topic
from customers.services import ConsentChange, set_consents

MAIL = Path(__file__).resolve().parents[1] / "templates" / "messages" / "confirm" / "email.mjml"
BATCH = 500
MOST, WITHIN = 3, timedelta(days=1)  # confirmations: nobody can flood a stranger's address
PRIORITY = 90
ASK_DUE = "coalesce((SELECT min(ask_at) FROM customers_pendingconsent) <= %(now)s, false)"

# Skips what is locked: whoever holds the customer's lock is changing it.
CLAIM = """
    SELECT row.id, customer_id, channel, topic, customer.language
    FROM customers_pendingconsent AS row JOIN customers_customer AS customer ON customer.id = customer_id
    WHERE ask_at <= %s ORDER BY ask_at, row.id LIMIT %s FOR UPDATE OF row SKIP LOCKED
"""
ASKED = """
    SELECT customer_id, array_agg(created_at ORDER BY created_at DESC) FROM channels_message
    WHERE customer_id = ANY(%s) AND source = 'consent' AND created_at > %s GROUP BY 1
"""
Place = tuple[int, str]  # a customer, a channel


def save_double_opt_in(row: DoubleOptIn) -> DoubleOptIn:
    """Have each yes there be confirmed, from now on; those that were given stay."""
    with transaction.atomic():
        row.save()
        confirmation_content(row.channel)
    return row


def ask_confirmation(now: datetime, limit: int = BATCH) -> int:
    """Send the confirmations that are due, one for a customer and a channel; how many rows."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [now, limit])
            rows = cursor.fetchall()
        by_place: defaultdict[Place, list[tuple[int, str, str]]] = defaultdict(list)
        for number, customer_id, channel, topic, language in rows:
            by_place[customer_id, channel].append((number, topic, language))
        asked = _asked({customer_id for customer_id, _channel in by_place}, now)
        candidates = []
        for (customer_id, channel), places in by_place.items():
            if len(before := asked.get(customer_id, [])) >= MOST:
                _put_off(places, before[MOST - 1] + WITHIN)
                continue
            asked[customer_id] = [now, *before]
            candidates.append(_candidate(customer_id, channel, places, now))
            _put_off(places, None)
        queue_messages(candidates, now)
    return len(rows)


def _asked(customer_ids: set[int], now: datetime) -> dict[int, list[datetime]]:
    """When these customers were asked within the time that counts, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [list(customer_ids), now - WITHIN])
        return dict(cursor.fetchall())


def _put_off(places: Sequence[tuple[int, str, str]], until: datetime | None) -> None:
    PendingConsent.objects.filter(pk__in=[number for number, *_ in places]).update(ask_at=until)


def _candidate(
    customer_id: int, channel: str, places: Sequence[tuple[int, str, str]], now: datetime
) -> Candidate:
    topics = sorted(topic for _number, topic, _language in places)
    names = dict(Topic.objects.filter(slug__in=topics).values_list("slug", "name"))
    language = places[0][2].split("-")[0]
    with override(language if language in dict(settings.LANGUAGES) else settings.BRAND_LANGUAGE):
        consents = [in_words(channel, topic, names) for topic in topics]
    return Candidate(
        customer_id=customer_id,
        content_id=confirmation_content(channel).pk,
        channel=channel,
        source=MessageSource.CONSENT,
        source_id=0,
        due_at=now,
        is_transactional=True,
        priority=PRIORITY,
        context={"event": {"consents": consents}, "topics": topics},
    )


def waiting_for(message: Message) -> list[PendingConsent]:
    """What a confirmation asked for that still waits for it."""
    waiting = PendingConsent.objects.filter(customer_id=message.customer_id, channel=message.channel)
    return list(waiting.filter(topic__in=message.context.get("topics", [])).order_by("pk"))


def confirm(message: Message, address: str, now: datetime) -> int:
    """The customer has agreed by the confirmation's link; returns how many words count from now on."""
    proof = {"confirmed_by": str(message.public_id), "address": address}
    changes = [
        ConsentChange(
            *(row.customer_id, row.channel, row.topic, True, row.source, row.wording, now),
            proof=proof | {"asked_at": row.said_at.isoformat()},
            is_confirmed=True,
        )
        for row in waiting_for(message)
    ]
    return set_consents(changes, now) if changes else 0


def as_words(rows: Sequence[PendingConsent]) -> list[str]:
    """What waits, as people call it."""
    names = dict(Topic.objects.values_list("slug", "name"))
    return [in_words(row.channel, row.topic, names) for row in rows]


def confirmation_content(channel: str) -> Content:
    """What a confirmation says on a channel; made where it is not there, then a content as others are."""
    slug = f"confirm-{channel}"
    found = Content.objects.filter(slug=slug).first()
    if found is not None:
        return found
    with transaction.atomic(), override(settings.BRAND_LANGUAGE):
        name = _("Confirmation of a consent (%(channel)s)") % {"channel": DoubleOptIn.On(channel).label}
        content, is_new = Content.objects.get_or_create(
            slug=slug, defaults={"name": name, "channel": channel, "is_transactional": True}
        )
        if is_new:
            ContentText.objects.bulk_create(_texts(content))
    return content


def _texts(content: Content) -> list[ContentText]:
    """The texts to begin with, in each language of the product."""
    texts = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            texts.append(ContentText(content=content, language=language, **_text(content.channel)))
    return texts


def _text(channel: str) -> Mapping[str, Any]:
    if channel == DoubleOptIn.On.SMS:
        said = _("Please confirm that you would like our messages:")
        return {"body": f"{{{{ brand.name }}}}: {said} {{{{ message.confirm_url }}}}"}
    words = {
        "title": _("Please confirm"),
        "preview": _("One click, and it counts."),
        "asked": _("You have asked us for:"),
        "button": _("Yes, I agree"),
        "otherwise": _("Was it not you? Then do nothing: without your yes we send you none of it."),
    }
    body = Template(MAIL.read_text()).substitute(words)
    return {"subject": _("Please confirm that you would like our messages"), "body": body}
