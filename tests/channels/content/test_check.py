"""Texts checked in their own process."""

import pytest

from channels.content import check
from channels.content.check import check_text, preview
from channels.content.compile import Source
from tests.channels.content.samples import page

GOOD = [
    Source(
        "email", "Hi {{ customer.first_name }}", page("{{ event.total|money }} {{ event.at|date('full') }}")
    ),
    Source("email", "s", page("{% for i in event.products %}{{ i.name }} {{ i.count * 2 }}{% endfor %}")),
    Source("sms", "", "Hi {{ customer.name|default('you') }}: {{ 'https://a.example'|click }}"),
    Source(
        "push",
        "{{ brand.name }}",
        "{{ customer.traits.city }}",
        link="https://a.example/{{ event.id|urlencode }}",
    ),
    Source("webhook", "", '{"total": {{ event.total|float }}, "name": {{ customer.name|tojson }}}'),
]
BAD = [
    ("{{ custmer.name }}", 1, "custmer"),
    ("\n{{ brand.nmae }}", 2, "nmae"),
    ("\n\n{% include 'a' %}", 3, "include"),
    ("{{ range(1000000000) }}", 1, "range"),
    ("{{ 'a' * 1000000000 }}", 1, "numbers"),
    ("{{ 9**(9**9) }}", 1, "Powers"),
    ("{{ ''.__class__ }}", 1, "underscore"),
    ("{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40, 1, "256 MB"),
    ("{% for i in range(1000) %}{% for j in range(1000) %}{{ i }}{{ j }}{% endfor %}{% endfor %}", 1, "over"),
    (
        (
            "{% for i in range(999) %}{% for j in range(999) %}{% if range(999)|sum %}"
            "{% endif %}{% endfor %}{% endfor %}"
        ),
        1,
        "2 s",
    ),
]


@pytest.mark.parametrize("source", GOOD, ids=lambda source: source.channel)
def test_good_text_has_no_problems(source):
    assert check_text(source) == []


@pytest.mark.parametrize(("body", "line", "word"), BAD)
def test_bad_text_is_refused_with_its_line(body, line, word):
    problems = check_text(Source("sms", "", body))

    assert (problems[0].field, problems[0].line) == ("body", line)
    assert word in problems[0].message


def test_a_verdict_that_a_busy_machine_gave_is_not_remembered(monkeypatch):
    source = Source("sms", "", "Soon: {{ brand.name }}")
    with monkeypatch.context() as busy:
        busy.setattr(check, "PATIENCE", 0.001)
        assert [problem.message for problem in check_text(source)] == [check.TOO_LONG]

    assert check_text(source) == []


def test_problem_of_a_mail_has_the_line_that_was_written():
    problems = check_text(Source("email", "a\nb", page("{{ x }}")))
    assert [(problem.field, problem.line) for problem in problems] == [("subject", 1)]

    problems = check_text(Source("email", "s", page("\n\n{{ nobody.name }}")))
    assert {(problem.field, problem.line) for problem in problems} == {("body", 4)}


def test_preview_fills_in_for_a_customer():
    values = {
        "customer": {"first_name": "Anna", "language": "it"},
        "event": {},
        "message": {"open_url": "o", "unsubscribe_url": "u"},
        "brand": {"name": "Sette"},
    }
    source = Source("email", "Ciao {{ customer.first_name }}", page("Hi {{ customer.first_name }}"))

    problems, rendered = preview(source, values)

    assert problems == []
    assert rendered is not None
    assert (rendered.subject, rendered.text) == ("Ciao Anna", "Hi Anna\n")


def test_preview_says_what_a_customer_lacks():
    values = {"customer": {"language": "it"}, "event": {}, "message": {"open_url": "o"}, "brand": {}}

    problems, rendered = preview(Source("email", "s", page("\nHi {{ customer.first_name }}")), values)

    assert rendered is None
    assert [(problem.field, problem.line) for problem in problems] == [("body", 3)]
