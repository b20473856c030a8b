import pytest

from channels.content.compile import Rendered
from channels.content.problem import ContentError
from channels.models import Content, ContentText, Message
from channels.preview import as_page, rendered_message, without_pixel
from tests.builders import NOON, customer


def test_page_of_an_sms_is_a_bubble_that_escapes() -> None:
    page = as_page(Rendered(subject="", text="<b>10 %</b>", html="", link=""))

    assert "&lt;b&gt;10 %&lt;/b&gt;" in page
    assert '<div dir="auto"' in page  # a language may be written from right to left


@pytest.mark.parametrize("source", ["http://x/m/o/t.gif", "https://y:8/m/o/t.gif"])
def test_page_of_a_mail_has_no_pixel(source: str) -> None:
    html = f'<p>a</p><img alt="" width="1" src="{source}"><img src="https://x/logo.png">'

    assert without_pixel(html) == '<p>a</p><img src="https://x/logo.png">'


@pytest.mark.django_db
def test_message_is_rendered_in_its_customers_language() -> None:
    content = Content.objects.create(slug="hi", name="Hi", channel="sms")
    for language, body in (("en", "Hi {{ customer.first_name }}"), ("it", "Ciao {{ customer.first_name }}")):
        ContentText.objects.create(content=content, language=language, body=body)
    ada = customer(traits={"first_name": "Ada"}, language="it")
    message = Message.objects.create(
        customer=ada, content=content, channel="sms", source="api", source_id=0, due_at=NOON, created_at=NOON
    )
    message.refresh_from_db()

    assert rendered_message(message).text == "Ciao Ada"


@pytest.mark.django_db
def test_message_without_a_text_says_so() -> None:
    content = Content.objects.create(slug="hi", name="Hi", channel="sms")
    message = Message(customer=customer(), content=content, channel="sms", source="api", source_id=0)

    with pytest.raises(ContentError):
        rendered_message(message)
