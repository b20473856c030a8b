"""Batches of messages filled in from rows."""

import email
from email.policy import SMTP
from uuid import UUID

import pytest

from channels.content.render import render
from channels.models import Content, ContentText
from channels.provider import Outgoing, RenderError, Taken
from tests import builders
from tests.builders import NOON
from tests.channels.content.samples import page

pytestmark = pytest.mark.django_db
SENDER = "Sette <hello@sette.example>"


def content(channel: str = "email", slug: str = "hello", **texts: str) -> Content:
    made = Content.objects.create(slug=slug, name="Hello", channel=channel)
    for language, body in texts.items():
        ContentText.objects.create(content=made, language=language, subject="{{ customer.name }}", body=body)
    return made


def taken(number: int, customer, what: Content, **fields) -> Taken:
    values = {
        "id": number,
        "public_id": UUID(int=number),
        "customer_id": customer.id,
        "content_id": what.id,
        "channel": what.channel,
        "address": f"c{number}@example.com",
        "context": {"event": {"total": 5}},
    }
    return Taken(**(values | fields))


def test_mail_is_filled_in_for_its_customer():
    anna = builders.customer(email="a@example.com", traits={"first_name": "Anna"}, language="en")
    what = content(en=page("Hi {{ customer.first_name }}, {{ event.total|money }} {{ brand.name }}"))

    (message,) = render([taken(1, anna, what)], SENDER, NOON)

    assert isinstance(message, Outgoing)
    mail = email.message_from_bytes(message.mime, policy=SMTP)
    assert (mail["To"], mail["Subject"], mail["From"]) == ("c1@example.com", "Anna", SENDER)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/m/u/" in mail["List-Unsubscribe"]
    assert "Hi Anna, €5.00 Sette Market" in mail.get_body(("plain",)).get_content()
    assert "/m/o/" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("language", "said"), [("it", "ciao"), ("it-CH", "ciao"), ("en", "hello"), ("de", "hello"), ("", "hello")]
)
def test_customers_language_is_chosen(language, said):
    reader = builders.customer(language=language, traits={"name": "N"})
    what = content("sms", it="ciao", en="hello")

    (message,) = render([taken(1, reader, what)], "", NOON)

    assert message.text == said


def test_message_that_lacks_a_value_fails_alone():
    anna = builders.customer(traits={"first_name": "Anna", "name": "Anna"})
    nobody = builders.customer(traits={"first_name": "", "name": "N"})
    what = content("sms", en="Dear {{ customer.first_name }},")

    good, bad = render([taken(1, anna, what), taken(2, nobody, what)], "", NOON)

    assert good.text == "Dear Anna,"
    assert isinstance(bad, RenderError)
    assert "first_name is missing" in bad.reason
    assert bad.reason.startswith("hello: body, line 1")


def test_address_that_can_not_be_written_fails_alone():
    anna = builders.customer(traits={"name": "Anna"})

    (bad,) = render([taken(1, anna, content(en=page("x")), address="a b\r\nRCPT TO:<x@y>")], SENDER, NOON)

    assert isinstance(bad, RenderError)


def test_link_that_leads_nowhere_safe_fails_alone():
    anna = builders.customer(traits={"name": "Anna", "page": "javascript:alert(1)"})

    (bad,) = render([taken(1, anna, content("sms", en="{{ customer.page|click }}"))], "", NOON)

    assert isinstance(bad, RenderError)
    assert "no full web address" in bad.reason


def test_missing_customer_and_empty_content_are_told():
    anna = builders.customer(traits={"name": "Anna"})

    gone, empty = render(
        [taken(1, anna, content("sms", en="x"), customer_id=0), taken(2, anna, content("sms", "empty"))],
        "",
        NOON,
    )

    assert (gone.reason, empty.reason) == ("The customer is not there any more.", "The content has no text.")


def test_batch_takes_two_queries_whatever_its_size(django_assert_num_queries):
    readers = [builders.customer(traits={"name": f"N{n}"}) for n in range(20)]
    contents = [content("sms", f"c{n}", en="hi {{ customer.name }}") for n in range(5)]

    with django_assert_num_queries(2):
        messages = render([taken(n, reader, contents[n % 5]) for n, reader in enumerate(readers)], "", NOON)

    assert [message.text for message in messages] == [f"hi N{n}" for n in range(20)]
