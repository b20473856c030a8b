import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Stage, StageHold, StageVersion
from tests.builders import customer

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


def hold(admin: Client, person: Customer, **words: Any) -> None:
    url = reverse("admin:customer_stage", args=[person.public_id])
    assert admin.post(url, words).status_code == 302


def test_hold_form_puts_the_customer_into_the_stage_in_the_persons_name(admin: Client) -> None:
    person = customer()

    hold(admin, person, stage=6, reason="called us", ends="until", until="2999-01-01T10:00")

    made = StageHold.objects.get()
    assert (made.stage_id, made.reason, made.held_by, made.yields) == (6, "called us", "ada", False)
    assert isinstance(made.until, datetime)
    page = admin.get(reverse("admin:customer", args=[person.public_id])).content.decode()
    assert page.count("called us") == 3  # the card, the hold's line and the move's line


@pytest.mark.parametrize(
    "words",
    [
        {"stage": 9, "reason": "x", "ends": "never"},
        {"stage": 6, "reason": "", "ends": "never"},
        {"stage": 6, "reason": "x", "ends": "until"},
        {"stage": 6, "reason": "x", "ends": "until", "until": "2001-01-01T10:00"},
        {"stage": 6, "reason": "x", "ends": "until", "until": "soon"},
        {},
    ],
)
def test_hold_form_refuses_what_can_not_be(admin: Client, words: dict[str, Any]) -> None:
    hold(admin, customer(), **words)

    assert not StageHold.objects.exists()


def test_release_button_gives_the_customer_back(admin: Client) -> None:
    person = customer()
    hold(admin, person, stage=6, reason="x", ends="never")

    hold(admin, person, release="1")

    assert StageHold.objects.get().ended_by == "ada"


def test_stage_form_saves_all_terms_as_one_version(admin: Client) -> None:
    before = StageVersion.objects.count()
    terms = {
        "precedence": 1,
        "dwell": "7 days",
        "onward": "next",
        "back": "previous",
        "interrupts": "on",
        "rule": json.dumps(ROMAN),
        "stay_rule": json.dumps(ROMAN),
        "leave_rule": "{}",
        "note": "Less flapping",
    }

    answer = admin.post(reverse("admin:customers_stage_change", args=[6]), terms)

    stage, version = Stage.objects.get(number=6), StageVersion.objects.latest("number")
    assert answer.status_code == 302
    assert (stage.precedence, stage.dwell, stage.onward, stage.back, stage.interrupts, stage.stay_rule) == (
        1,
        timedelta(days=7),
        "next",
        "previous",
        True,
        ROMAN,
    )
    assert Stage.objects.get(number=7).precedence == 2
    assert StageVersion.objects.count() == before + 1
    assert (version.note, version.saved_by) == ("Less flapping", "ada")


def test_stage_form_names_a_rule_that_is_no_good(admin: Client) -> None:
    url = reverse("admin:customers_stage_change", args=[6])
    terms = {"precedence": 2, "onward": "any", "back": "any", "rule": "{}", "stay_rule": '{"field": "x"}'}

    answer = admin.post(url, terms)

    assert answer.status_code == 200
    assert "field: Not known" in answer.content.decode()
