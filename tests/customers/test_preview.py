from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.db.utils import DataError

from customers import preview as module
from customers.models import Customer
from customers.preview import Preview, PreviewTooSlowError, preview
from customers.rules import parse
from tests.builders import NOON, customer

pytestmark = pytest.mark.django_db
ROMAN = parse({"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"})


def test_preview_counts_and_shows_the_newest():
    people = [customer(traits={"city": "Roma"}) for _ in range(3)]

    assert preview(ROMAN, NOON, sample=2) == Preview(3, [people[2], people[1]])


def test_preview_gives_its_limits_back():
    preview(ROMAN, NOON)

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
    assert customer().pk


def test_a_preview_that_takes_too_long_says_so(monkeypatch):
    customer()
    asleep = RawSQL("pg_sleep(30) IS NOT NULL", (), BooleanField())
    monkeypatch.setattr(module, "LONGEST", timedelta(milliseconds=50))
    monkeypatch.setattr(module, "members", lambda _rule, _now: Customer.objects.filter(asleep))

    with pytest.raises(PreviewTooSlowError, match="narrow it"):
        preview(ROMAN, NOON)


def test_another_failure_is_not_taken_for_slowness(monkeypatch):
    customer()
    broken = RawSQL("1 / (id - id) = 1", (), BooleanField())
    monkeypatch.setattr(module, "members", lambda _rule, _now: Customer.objects.filter(broken))

    with pytest.raises(DataError, match="division by zero"):
        preview(ROMAN, NOON)
