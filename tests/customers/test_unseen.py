from datetime import timedelta

import pytest
from django.db import connection

from customers import unseen as module
from customers.rules import parse
from customers.unseen import unseen
from tests.builders import customer, event

pytestmark = pytest.mark.django_db
BOUGHT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1}
ROMAN = {"field": "trait", "trait": "address.city", "operator": "equals", "value": "Roma"}
STAYS = {"field": "stage_reached", "operator": "reached", "value": "use"}
RULE = parse({"combinator": "or", "rules": [BOUGHT, ROMAN, STAYS]})


def test_what_nobody_ever_had_is_told_at_its_line():
    assert unseen(RULE) == [
        {"path": "rules.0", "message": "No event “Order Completed” has ever arrived."},
        {"path": "rules.1", "message": "No customer has the trait “address”."},
    ]


def test_what_somebody_once_had_is_nothing_to_tell():
    event(customer(traits={"address": None}))

    assert unseen(RULE) == []


def test_nothing_is_told_that_takes_too_long_to_find_out(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", timedelta(milliseconds=1))
    monkeypatch.setattr(module, "_events", lambda _names: slow())

    assert unseen(RULE) == []


def slow():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")
    return ["never"]
