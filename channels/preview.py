"""What a message looks like, for those who design it or look into it: rendered as for sending, only shown.

Who may not see personal data sees it filled in with masked values.
"""

import re

from django.utils.html import escape

from channels.content.compile import Rendered, Source, compile_text
from channels.content.problem import ContentError
from channels.content.render import Person, Text, choose_text, message_context
from channels.models import ContentText, Message
from channels.provider import Taken
from config.masking import shown_document

PIXEL = re.compile(r"""<img\b[^>]*\bsrc=["'][^"']*/m/o/[^"']*["'][^>]*>""", re.IGNORECASE)
PLAIN = (
    '<!doctype html><meta charset="utf-8"><body style="margin:0;padding:24px;background:#F1F5F9;'
    'color:#0F172A;font:15px/1.5 system-ui,sans-serif"><div dir="auto" style="max-width:22rem;'
    'background:#FFFFFF;border-radius:14px;padding:14px 18px;white-space:pre-wrap;overflow-wrap:anywhere">{}'
    "</div></body>"
)


def source_of(text: ContentText, channel: str) -> Source:
    """A stored text as the compiler reads it."""
    return Source(channel, text.subject, text.body, text.plain, text.link)


def rendered_message(message: Message) -> Rendered:
    """The message as its content stands now; ContentError says why it can't be filled in."""
    content = message.content
    if content is None:
        raise ContentError([])
    texts = {
        text.language: Text(source_of(text, content.channel), content.slug, content.is_transactional)
        for text in content.texts.order_by("id")
    }
    customer = message.customer
    person = Person(shown_document(customer.traits), customer.language, customer.country, customer.time_zone)
    text = choose_text(texts, person.language)
    if text is None:
        raise ContentError([])
    taken = Taken(
        id=message.pk,
        public_id=message.public_id,
        customer_id=message.customer_id,
        content_id=content.pk,
        channel=message.channel,
        address="",
        context=shown_document(message.context),
    )
    return compile_text(text.source).render(message_context(taken, person))


def without_pixel(html: str) -> str:
    """A mail's HTML without the image that tells of its opening: to look at a mail is not to open it."""
    return PIXEL.sub("", html)


def as_page(rendered: Rendered) -> str:
    """What a sandboxed frame shows: a mail's HTML, or any other message as a bubble."""
    if rendered.html:
        return without_pixel(rendered.html)
    title = f"<strong>{escape(rendered.subject)}</strong>\n" if rendered.subject else ""
    link = f"\n<small>{escape(rendered.link)}</small>" if rendered.link else ""
    return PLAIN.format(title + str(escape(rendered.text)) + link)


def as_note(words: str) -> str:
    """A sentence in place of what can't be shown."""
    return PLAIN.format(escape(words))
