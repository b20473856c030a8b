"""Writing contents: what is kept has passed the check of its texts, so that no message meets a broken one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from channels import links
from channels.content import check
from channels.content.compile import Rendered, Source
from channels.content.problem import Problem
from channels.content.render import Person, brand, choose_text, customer_context
from channels.models import Content, ContentText, Message
from config.masking import shown_document
from customers.models import Customer

FIELDS = ("subject", "body", "plain", "link")
users: list[Callable[[Sequence[str]], list[tuple[str, str]]]] = []  # what above us uses contents, by key
NO_MESSAGE = UUID(int=0)  # of a preview: its links lead nowhere


class ContentInvalidError(ValueError):
    """Texts that can't be sent; `errors` is a list of {"path", "message"} with the line in the message."""

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{each['path']}: {each['message']}" for each in errors))
        self.errors = list(errors)


def save_content(content: Content, texts: Iterable[Mapping[str, str]] | None) -> Content:
    """Keep a content with its texts (each: language and fields; None: those it has), after a check of each.

    Texts in other languages go. ContentInvalidError says what is wrong; then nothing is kept.
    """
    if texts is None and Content.objects.filter(pk=content.pk, channel=content.channel).exists():
        content.save()  # its texts were checked for this channel
        return content
    old = list(content.texts.all()) if content.pk else []
    new = old if texts is None else [ContentText(**text) for text in texts]
    if errors := faults(content.channel, new):
        raise ContentInvalidError(errors)
    with transaction.atomic():
        content.save()
        if texts is not None:
            _replace(content, new)
    return content


def uses_of(contents: Sequence[Content]) -> list[str]:
    """Why contents have to stay, each reason as a person would say it; none: they can be deleted."""
    names = {content.slug: content.name for content in contents}
    found = [use for uses in users for use in uses(list(names))]
    sent = Content.objects.filter(slug__in=names).filter(
        Exists(Message.objects.filter(content=OuterRef("pk")))
    )
    found += [(slug, _("messages that were made from it")) for slug in sent.values_list("slug", flat=True)]
    return [f"{names[slug]}: {use}" for slug, use in found]


def faults(channel: str, texts: Iterable[ContentText]) -> list[dict[str, str]]:
    """What is wrong with texts for `channel`, by path: `texts.it.body`, the line in the message."""
    return [
        _told(text.language, problem)
        for text in texts
        for problem in check.check_text(_source(channel, text))
    ]


def preview(
    content: Content, customer: Customer, event: dict[str, Any], language: str = ""
) -> tuple[list[dict[str, str]], Rendered | None]:
    """What the text comes to for a customer who entered with `event`, in this or the customer's language.

    Nothing of it where something is wrong; then the list says what.
    """
    texts = {text.language: text for text in content.texts.all()}
    text = texts.get(language) if language else choose_text(texts, customer.language)
    if text is None:
        return [{"path": "language", "message": _("The content has no text in this language.")}], None
    return preview_text(content.channel, text, customer, event)


def preview_text(
    channel: str, text: ContentText, customer: Customer, event: dict[str, Any]
) -> tuple[list[dict[str, str]], Rendered | None]:
    """What one text comes to, also one that is not kept yet."""
    problems, rendered = check.preview(_source(channel, text), _context(customer, event))
    return [_told(text.language, problem) for problem in problems], rendered


def _told(language: str, problem: Problem) -> dict[str, str]:
    message = _("line %(line)d: %(message)s") % {"line": problem.line, "message": problem.message}
    return {"path": f"texts.{language}.{problem.field}", "message": message}


def _replace(content: Content, texts: list[ContentText]) -> None:
    for text in texts:
        text.content = content
    content.texts.exclude(language__in=[text.language for text in texts]).delete()
    ContentText.objects.bulk_create(
        texts, update_conflicts=True, unique_fields=["content", "language"], update_fields=FIELDS
    )


def _source(channel: str, text: ContentText) -> Source:
    return Source(channel, *(getattr(text, field) for field in FIELDS))


def _context(customer: Customer, event: dict[str, Any]) -> dict[str, Any]:
    person = Person(shown_document(customer.traits), customer.language, customer.country, customer.time_zone)
    return {
        "event": event,
        "customer": customer_context(person),
        "message": {
            "id": str(NO_MESSAGE),
            "unsubscribe_url": links.unsubscribe_url(NO_MESSAGE),
            "preferences_url": links.preferences_url(NO_MESSAGE),
            "confirm_url": links.confirm_url(NO_MESSAGE),
            "open_url": links.open_url(NO_MESSAGE),
        },
        "brand": brand(),
    }
