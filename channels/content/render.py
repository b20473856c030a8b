"""Fill in a batch of messages: two queries for all of it, whatever its size."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from babel.numbers import get_territory_currencies
from django.conf import settings
from django.db import connection

from channels import links
from channels.content.compile import Rendered, Source, compile_text
from channels.content.mime import assemble, skeleton
from channels.content.problem import ContentError
from channels.provider import Outgoing, RenderError, Taken
from customers.copying import numbers


class Text(NamedTuple):
    """A text in one language, and of its content what a mail's headers say."""

    source: Source
    slug: str
    is_transactional: bool


T = TypeVar("T")
Texts = Mapping[int, Mapping[str, Text]]  # of each content, by language


class Person(NamedTuple):
    """What a message may know of a customer."""

    traits: dict[str, Any]
    language: str
    country: str
    time_zone: str


def render(messages: Sequence[Taken], sender: str, now: datetime) -> list[Outgoing | RenderError]:
    """Each message filled in for its customer, in the order given; a RenderError where one can't be."""
    texts = _texts({message.content_id for message in messages})
    people = _people({message.customer_id for message in messages})
    return [_render_one(message, texts, people, sender, now) for message in messages]


def _render_one(
    message: Taken, texts: Texts, people: Mapping[int, Person], sender: str, now: datetime
) -> Outgoing | RenderError:
    person = people.get(message.customer_id)
    if person is None:
        return RenderError(message.id, "The customer is not there any more.")
    text = choose_text(texts.get(message.content_id, {}), person.language)
    if text is None:
        return RenderError(message.id, "The content has no text.")
    try:
        rendered = compile_text(text.source).render(message_context(message, person))
        mime = _mime(message, text, rendered, sender, now) if text.source.channel == "email" else b""
    except ContentError as error:
        return RenderError(message.id, f"{text.slug}: {error}"[:500])
    except ValueError as error:  # an address that can't be written, a link that is none
        return RenderError(message.id, f"{text.slug}: {error}"[:500])
    return Outgoing(
        message_id=message.id,
        public_id=message.public_id,
        address=message.address,
        sender=sender,
        subject=rendered.subject,
        text=rendered.text,
        link=rendered.link,
        mime=mime,
    )


def _mime(message: Taken, text: Text, rendered: Rendered, sender: str, now: datetime) -> bytes:
    return assemble(
        skeleton(sender, now, f"{text.slug}:sette", is_transactional=text.is_transactional),
        public_id=str(message.public_id),
        to=message.address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        unsubscribe="" if text.is_transactional else links.unsubscribe_url(message.public_id),
    )


def message_context(message: Taken, person: Person) -> dict[str, Any]:
    """What templates see: plain dicts only.

    Traits that are empty are not there, so that using one is an error.
    """
    return {
        "event": message.context.get("event", message.context),
        "trigger": message.context.get("trigger", {}),
        "answers": message.context.get("answers", {}),
        "customer": customer_context(person),
        "message": {
            "id": str(message.public_id),
            "unsubscribe_url": links.unsubscribe_url(message.public_id),
            "preferences_url": links.preferences_url(message.public_id),
            "confirm_url": links.confirm_url(message.public_id),
            "open_url": links.open_url(message.public_id),
        },
        "brand": brand(),
        "_click": lru_cache(maxsize=None)(
            partial(links.click_url, message.public_id)
        ),  # HTML and text share links
    }


def customer_context(person: Person) -> dict[str, Any]:
    """A customer as templates see it: each trait, `traits` with all, name, language, country, zone."""
    traits = {name: value for name, value in person.traits.items() if value not in (None, "")}
    seen = {
        "traits": traits,
        **traits,
        "language": person.language or settings.BRAND_LANGUAGE,
        "country": person.country or settings.BRAND_COUNTRY,
        "time_zone": person.time_zone or settings.BRAND_TIME_ZONE,
    }
    if name := str(
        traits.get("name") or f"{traits.get('first_name', '')} {traits.get('last_name', '')}".strip()
    ):
        seen["name"] = name
    return seen


@lru_cache(maxsize=1)
def brand() -> dict[str, str]:
    """The brand as templates see it; its currency is that of its country."""
    currencies = get_territory_currencies(settings.BRAND_COUNTRY)
    return {
        "name": settings.BRAND,
        "url": settings.BASE_URL,
        "language": settings.BRAND_LANGUAGE,
        "country": settings.BRAND_COUNTRY,
        "time_zone": settings.BRAND_TIME_ZONE,
        "currency": currencies[0] if currencies else "EUR",
    }


def choose_text(texts: Mapping[str, T], language: str) -> T | None:
    """The customer's language, its base (it for it-CH), the brand's, the first that there is."""
    for wanted in (language, language.replace("_", "-").split("-")[0], settings.BRAND_LANGUAGE):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), None)


TEXTS = """
    SELECT content.id, content.slug, content.channel, content.is_transactional,
           text.language, text.subject, text.body, text.plain, text.link
    FROM channels_contenttext text JOIN channels_content content ON content.id = text.content_id
    WHERE content.id = ANY(%s::bigint[]) ORDER BY text.id
"""
PEOPLE = """
    SELECT id, traits::text, language, country, time_zone FROM customers_customer WHERE id = ANY(%s::bigint[])
"""


def _texts(content_ids: set[int]) -> Texts:
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, [numbers(content_ids)])
        rows = cursor.fetchall()
    texts: dict[int, dict[str, Text]] = {}
    for content_id, slug, channel, is_transactional, language, *fields in rows:
        text = Text(Source(channel, *fields), slug, is_transactional)
        texts.setdefault(content_id, {})[language] = text
    return texts


def _people(customer_ids: set[int]) -> dict[int, Person]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [numbers(customer_ids)])
        return {
            customer_id: Person(json.loads(traits), *fields)
            for customer_id, traits, *fields in cursor.fetchall()
        }
