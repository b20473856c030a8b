"""Regular expressions: what RE2 finds, PostgreSQL finds; what they mean differently is refused."""

import pytest
import re2
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customers.rules.errors import Slip
from customers.rules.patterns import check_pattern, translated

PARTS = [
    *"abZ09_-. é/{}()[]|^$*+?,",
    "\\d",
    "\\W",
    "\\s",
    "\\.",
    "\\\\",
    "[a-c]",
    "[^\\d_]",
    "(?:",
    "(?i)",
    "{2}",
    "{1,}",
    "\\n",
]
FOUND = """
    SELECT jsonb_path_exists(to_jsonb(%s::text),
        format('$ ? (@ like_regex %%s flag "%%s")', to_jsonb(%s::text), %s::text)::jsonpath)
"""


def found(pattern: str, text: str) -> bool:
    spelled, flags = translated(pattern)
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [text, spelled, flags])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(parts=["^", "*"], text="a")
@example(parts=["[", "]", "a", "]"], text="]")
@example(parts=["{"], text="{")
@given(
    parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=8),
    text=st.text("abZ09_-. é/{}[]|\n\\", max_size=8),
)
def test_what_re2_finds_postgresql_finds(parts, text):
    pattern = "".join(parts)
    try:
        check_pattern(pattern)
    except Slip:
        return

    assert found(pattern, text) == bool(re2.search(f"(?s){pattern}", text))


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "This is no regular expression (RE2): missing ): (."),
        ("(?=a)", "This is no regular expression (RE2): invalid perl operator: (?=."),
        ("(a{200}){200}", "This is no regular expression (RE2): invalid repetition size: {200}."),
        ("a{900}", "No part can be repeated more than 255 times."),
        ("\\pL", "\\p can't be used in a rule's regular expression."),
        ("(?P<name>a)", "(?P can't be used in a rule's regular expression."),
        ("[[:alpha:]]", "[[ can't be used in a rule's regular expression."),
        ("a" * 201, "The expression is longer than 200 characters."),
    ],
)
def test_what_is_refused_says_why(pattern, why):
    with pytest.raises(Slip) as slip:
        check_pattern(pattern)

    assert str(slip.value) == why
