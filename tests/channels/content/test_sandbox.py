"""What the template language refuses, and what of it is kept."""

import pytest
from jinja2 import TemplateError

from channels.content.sandbox import HTML, TEXT
from tests.channels.content.samples import context

HOSTILE = [
    "{{ range(10**9) }}",
    "{{ range(1000000000)|length }}",
    "{{ 9**(9**9) }}",
    "{{ 'a' * 1000000000 }}",
    "{{ [0] * 1000000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ 'a'.rjust(1000000000) }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ customer['__class__'] }}",
    "{{ customer|attr('__class__') }}",
    "{{ _click('x') }}",
    "{{ customer.update({'a': 1}) }}",
    "{{ lipsum() }}",
    "{{ cycler('a') }}",
    "{{ namespace() }}",
    "{{ self }}",
    "{{ customer.items }}",
    "{% include 'a' %}",
    "{% import 'a' as b %}",
    "{% from 'a' import b %}",
    "{% extends 'a' %}",
    "{% block a %}{% endblock %}",
    "{% macro a() %}{{ a() }}{% endmacro %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for a in [1] %}{% for b in [1] %}{% for c in [1] %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ customer.missing }}",
    "{{ customer.missing.deeper }}",
    "{{ nobody }}",
    "{{ none }}",
    "{{ event.products }}",
    "{% for i in customer.missing %}{% endfor %}",
    "{{ 'x'|safe }}",
    "{{ 'abc'|money }}",
    "{{ event.total|money('EURO') }}",
    "{{ 'soon'|date }}",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_template_that_could_do_harm_is_refused(source):
    with pytest.raises(TemplateError):
        TEXT.from_string(source).render(context())


def test_template_error_names_its_line():
    with pytest.raises(TemplateError) as caught:
        TEXT.from_string("one\ntwo\n{% include 'a' %}")

    assert caught.value.lineno == 3


def test_trait_named_like_a_method_is_the_trait():
    assert TEXT.from_string("{{ customer.items }}").render(context(items="three")) == "three"


def test_default_stands_in_for_what_is_missing():
    source = "Dear {{ customer.first_name|default('friend') }}{% if customer.age is defined %}!{% endif %}"

    assert TEXT.from_string(source).render(context()) == "Dear friend"


def test_html_escapes_what_customers_wrote():
    assert HTML.from_string("{{ customer.name }}").render(context(name="<b>&")) == "&lt;b&gt;&amp;"


def test_loops_filters_and_sets_of_messages_work():
    source = (
        "{% for n in event.names|sort %}{{ loop.index }}{{ n|upper }}{{ loop.cycle('+', '-') }}{% endfor %}"
    )
    values = context() | {"event": {"names": ["b", "a"]}}

    assert TEXT.from_string(source).render(values) == "1A+2B-"


@pytest.mark.parametrize(
    ("source", "filled"),
    [
        ("{{ event.total|money }}", "1.234,50\xa0€"),
        ("{{ 9.5|money('USD') }}", "9,50\xa0USD"),
        ("{{ event.total|number }}", "1.234,5"),
        ("{{ event.at|date }}", "29 marzo 2026"),
        ("{{ event.at|time }}", "01:30"),
        ("{{ '2026-03-29T01:30:00+00:00'|time }}", "03:30"),
        ("{{ '2026-12-24'|date('full') }}", "giovedì 24 dicembre 2026"),
        ("{{ 'https://a.example/'|click }}", "https://out.example/c?https://a.example/"),
    ],
)
def test_filter_speaks_the_customers_language(source, filled):
    assert TEXT.from_string(source).render(context()) == filled
