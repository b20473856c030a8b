import pytest
from django.core.exceptions import ValidationError

from customers.identifiers import BLOCKED, load_identifiers
from customers.linking import LEVELS
from customers.models import IdentifierRule
from customers.models.identifier import check_blocked

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "blocked", "value", "is_blocked"),
    [
        ("email", "test@*", "test@example.com", True),
        ("email", "test@*", "Test@example.com", True),
        ("email", "test@*", "contest@example.com", False),
        ("email", "*@example.com\n", "a@example.com", True),
        ("email", "*+*@example.com", "a+b@example.com", True),
        ("email", "*+*@example.com", "a@example.com", False),
        ("email", "a*a", "a", False),
        ("email", "a*b*a*b", "aXbab", True),
        ("email", "a*b*a*b", "aXbb", False),
        ("email", "a.c", "abc", False),
        ("phone", "06 5551 2345", "+390655512345", True),
        ("external_id", "unknown", "UNKNOWN", True),
        ("external_id", "unknown", "unknown 2", False),
    ],
)
def test_value_is_blocked_as_the_line_says(kind, blocked, value, is_blocked):
    IdentifierRule.objects.filter(kind=kind).update(blocked=blocked)

    assert load_identifiers().refusal(kind, value) == (BLOCKED if is_blocked else "")


def test_pattern_of_many_stars_is_answered_at_once():
    IdentifierRule.objects.filter(kind="cookie").update(blocked="*a" * 250)

    assert load_identifiers().refusal("cookie", "a" * 249 + "b" * 263) == ""


def test_priority_orders_what_is_equally_strong_and_nothing_else():
    IdentifierRule.objects.filter(kind="cookie").update(priority=1)
    IdentifierRule.objects.filter(kind="loyalty_card").update(priority=2)

    assert load_identifiers().order == (
        *("external_id", "loyalty_card", "email", "phone"),
        *("cookie", "anonymous_id", "push_token", "device"),
    )


def test_kinds_without_rows_are_taken():
    IdentifierRule.objects.all().delete()

    found = load_identifiers()

    assert (set(found.order), found.most, found.refusal("external_id", "unknown")) == (set(LEVELS), {}, "")


@pytest.mark.parametrize("text", ["*", " ** ", "a\x00", "x" * 513, "a\n" * 1001])
def test_line_that_would_block_everything_is_refused(text):
    with pytest.raises(ValidationError):
        check_blocked(text)
