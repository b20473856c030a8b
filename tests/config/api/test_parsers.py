import io
import json

import pytest
from rest_framework.exceptions import ParseError, ValidationError

from config.api.parsers import GREATEST_BODY, StrictJSONParser, TooLargeError


def parse(body):
    return StrictJSONParser().parse(io.BytesIO(body))


def test_parser_reads_json():
    assert parse(b'{"a": [1, "\xc3\xa8", null]}') == {"a": [1, "è", None]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"[" * 100_000,
        b"1" * 5000,
        b'{"a": ' * 3000 + b"1" + b"}" * 3000,
    ],
    ids=["nothing", "open", "not utf-8", "nan", "infinity", "deep", "digits", "nested"],
)
def test_parser_refuses_what_is_no_json(body):
    with pytest.raises((ParseError, ValidationError)):
        parse(body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (rb'{"a": {"b": ["x", "\u0000"]}}', "a.b.1"),
        (rb'{"a": "\ud800"}', "a"),
        (b'{"a": 1e400}', "a"),
        (b'{"a": [1' + b"0" * 40 + b"]}", "a.0"),
        (rb'{"a\u0000": 1}', "a\\0"),
        (b'{"a": ' + b"[" * 50 + b"]" * 50 + b"}", "a" + ".0" * 40),
    ],
)
def test_parser_names_the_place_of_what_cant_be_kept(body, path):
    with pytest.raises(ValidationError) as refusal:
        parse(body)

    assert next(iter(refusal.value.detail)) == path


def test_parser_refuses_a_large_body():
    with pytest.raises(TooLargeError):
        parse(json.dumps("x" * GREATEST_BODY).encode())
