"""Texts compiled and filled in: MJML, text part, links, errors with their lines."""

import pytest

from channels.content import sandbox
from channels.content.compile import Source, compile_text
from channels.content.problem import ContentError
from tests.channels.content.samples import context, page


def problems(channel: str, body: str, **fields: str) -> list[tuple[str, int]]:
    with pytest.raises(ContentError) as caught:
        compile_text(Source(channel, fields.pop("subject", "Hello"), body, **fields)).render(context())
    return [(problem.field, problem.line) for problem in caught.value.problems]


def test_mail_has_html_text_and_subject():
    filled = compile_text(
        Source("email", "Ciao {{ customer.name }}", page("Hi <b>{{ customer.name }}</b>"))
    ).render(context(name="A & B\r\nBcc: x@example.com"))

    assert filled.subject == "Ciao A & B Bcc: x@example.com"
    assert "Hi <b>A &amp; B\r\nBcc: x@example.com</b>" in filled.html
    assert filled.text.splitlines() == ["Hi A & B", "Bcc: x@example.com"]


def test_tags_between_elements_work():
    body = (
        "<mjml><mj-body>{% if customer.name is defined %}<mj-section><mj-column>"
        "{% for n in event.numbers %}<mj-text>n{{ n }} {{ n < 2 }}</mj-text>{% endfor %}"
        "</mj-column></mj-section>{% else %}"
        "<mj-section><mj-column><mj-text>none</mj-text></mj-column></mj-section>"
        "{% endif %}</mj-body></mjml>"
    )
    compiled = compile_text(Source("email", "s", body))

    assert compiled.render(context(name="A") | {"event": {"numbers": [1, 2]}}).text.split() == [
        *("n1", "True", "n2", "False")
    ]
    assert compiled.render(context()).text == "none\n"


def test_links_are_tracked_but_for_the_way_out():
    body = page(
        '<a href="https://a.example/?b=1&amp;c=2">one</a> '
        '<a href="https://a.example/{{ event.total }}?x=&amp;y">two</a> '
        '<a href="{{ message.unsubscribe_url }}">out</a> <a href="mailto:a@example.com">mail</a>'
    )
    filled = compile_text(Source("email", "s", body)).render(context())

    assert '<a href="https://out.example/c?https://a.example/?b=1&amp;c=2"' in filled.html
    assert '<a href="https://out.example/c?https://a.example/1234.5?x=&amp;y"' in filled.html
    assert '<a href="https://out.example/u"' in filled.html
    assert '<a href="mailto:a@example.com"' in filled.html
    assert "one: https://out.example/c?https://a.example/?b=1&c=2" in filled.text
    assert "two: https://out.example/c?https://a.example/1234.5?x=&y" in filled.text


def test_pixel_stands_at_the_end_of_a_mail():
    filled = compile_text(Source("email", "s", page("x"))).render(context())

    assert '<img src="https://out.example/o.gif" alt="" width="1" height="1"' in filled.html


def test_mail_asks_nobody_for_fonts():
    assert "fonts.googleapis" not in compile_text(Source("email", "s", page("x"))).render(context()).html


def test_text_part_of_ones_own_is_taken():
    filled = compile_text(Source("email", "s", page("x"), plain="Own {{ event.total }}")).render(context())

    assert filled.text == "Own 1234.5\n"


def test_sms_is_its_body_and_escapes_nothing():
    assert (
        compile_text(Source("sms", "", "Hi {{ customer.name }}")).render(context(name="A&B")).text == "Hi A&B"
    )


def test_push_link_is_tracked():
    filled = compile_text(Source("push", "Title", "Body", link="https://a.example/x")).render(context())

    assert (filled.subject, filled.text) == ("Title", "Body")
    assert filled.link == "https://out.example/c?https://a.example/x"


def test_webhook_body_must_be_json():
    assert problems("webhook", '{"a": {{ customer.language }} }') == [("body", 1)]
    filled = compile_text(Source("webhook", "", '{"a": {{ customer.language|tojson }}}')).render(context())
    assert filled.text == '{"a": "it"}'


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("hello", 1),
        ("<mjml><mj-body>\n<mj-foo/></mj-body></mjml>", 2),
        ("<mjml><mj-body>\n\n<mj-include path='/etc/passwd'/></mj-body></mjml>", 3),
        ("<mjml><mj-body>\n<mj-text>x</mj-text></mj-body></mjml>", 2),
        ("<mjml><mj-body>\nwords</mj-body></mjml>", 2),
        ("<mjml><mj-body>\n<mj-section></mj-body></mjml>", 2),
        ("<mjml>{% set x = 1 %}<mj-body></mj-body></mjml>", 1),
        (page("{{ customer.missing }}"), None),
        (page("{{ customer."), 3),
        (page("a < b"), 2),
        (page("<b>never closed"), 1),
        (page('<a href="javascript:alert(1)">x</a>'), 2),
        (page('<a href="//evil.example/">x</a>'), 2),
        (page("⟦0⟧"), 1),
    ],
)
def test_broken_body_is_refused_with_its_line(body, line):
    found = problems("email", body)

    assert found[0][0] == "body"
    assert line is None or found[0][1] == line


@pytest.mark.parametrize("field", ["subject", "link"])
def test_line_break_in_a_header_is_refused(field):
    assert problems("push", "x", **{field: "a\r\nBcc: b@example.com"}) == [(field, 1)]


def test_message_that_grows_too_long_is_refused():
    body = "{% for i in range(1000) %}{% for j in range(1000) %}abcdef{% endfor %}{% endfor %}"

    assert problems("sms", body) == [("body", 1)]


def test_changed_text_is_compiled_anew():
    first = compile_text(Source("sms", "", "one"))

    assert compile_text(Source("sms", "", "one")) is first
    assert compile_text(Source("sms", "", "two")).render(context()).text == "two"


@pytest.mark.parametrize(
    "around", ["{}", "{{% filter upper %}}{}{{% endfilter %}}", "{{% set a %}}{}{{% endset %}}"]
)
def test_text_that_is_endless_ends_at_its_longest(around):
    items = ["x" * 10_000] * 1_000  # a thousand times a thousand times: ten billion characters
    loops = around.format(
        "{% for a in event.items %}{% for b in event.items %}{{ a }}{% endfor %}{% endfor %}"
    )

    with pytest.raises(ContentError, match="over 1,000,000 characters"):
        compile_text(Source("sms", "", loops)).render(context() | {"event": {"items": items}})


def test_loops_that_take_too_long_are_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "LONGEST_TIME", 0.05)
    items = list(range(1_000))
    loops = "{% for a in event.items %}{% for b in event.items|sort|reverse|list %}{% endfor %}{% endfor %}"

    with pytest.raises(ContentError, match="take over"):
        compile_text(Source("sms", "", loops)).render(context() | {"event": {"items": items}})
