import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
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


def draft(admin: Client) -> StageVersion:
    assert admin.post(reverse("admin:stage_version_new")).status_code == 302
    return StageVersion.objects.get(number=None)


def save(admin: Client, version: StageVersion, definitions: Any) -> Any:
    url = reverse("admin:stage_version", args=[version.pk])
    words = {"save": "1", "definitions": json.dumps(definitions), "note": "Romans"}
    return admin.post(url, words, follow=True)


def test_a_draft_is_written_tried_and_put_in_force(admin: Client) -> None:
    customer(traits={"name": "Ada", "city": "Roma"})
    made = draft(admin)
    saved = save(admin, made, {"use": {"rule": ROMAN, "dwell": "P2D"}}).content.decode()

    tried = admin.get(reverse("admin:stage_version_try", args=[made.pk]), {"days": "0"}).content.decode()
    admin.post(reverse("admin:stage_version", args=[made.pk]), {"force": "1"})

    made.refresh_from_db()
    assert "city is" in saved
    assert "<td>2 days</td>" in saved
    assert saved.index("&quot;awareness&quot;") < saved.index("&quot;use&quot;")
    assert "from no stage to use" in " ".join(tried.split())
    assert ">Ada</a>" in tried
    assert (made.number, made.note, made.saved_by) == (2, "Romans", "ada")
    assert Stage.objects.get(slug="use").rule == ROMAN


def test_a_draft_that_is_no_good_is_told_and_not_kept(admin: Client) -> None:
    made = draft(admin)

    page = save(admin, made, {"use": {"rule": {"field": "x"}}}).content.decode()

    made.refresh_from_db()
    assert "use.rule.field: Not known" in page
    assert made.definitions["use"]["rule"] == {}


def test_an_older_version_is_put_back_but_not_changed(admin: Client) -> None:
    first = StageVersion.objects.get()
    save(admin, first, {"use": {"rule": ROMAN}})
    Stage.objects.filter(slug="use").update(rule=ROMAN)

    admin.post(reverse("admin:stage_version", args=[first.pk]), {"force": "1"})

    assert Stage.objects.get(slug="use").rule == {}
    assert StageVersion.objects.latest("number").number == 2
    assert admin.get(reverse("admin:stage_versions")).status_code == 200


def test_a_draft_is_deleted_by_its_button(admin: Client) -> None:
    made = draft(admin)

    admin.post(reverse("admin:stage_version", args=[made.pk]), {"delete": "1"})

    assert StageVersion.objects.get().number == 1


def test_who_may_only_look_changes_nothing(client: Client) -> None:
    person = User.objects.create_user("bruno", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_stage"))
    client.force_login(person)
    version = StageVersion.objects.get()
    url = reverse("admin:stage_version", args=[version.pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"force": "1"}).status_code == 403
    assert client.post(reverse("admin:stage_version_new")).status_code == 403
    assert StageVersion.objects.count() == 1
