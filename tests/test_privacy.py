"""Whatever table names a customer is in the person's copy and is emptied by the erasure: found by looking."""

import json
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model, Q

from customers.models import Customer, PrivacyAct
from customers.privacy import erase_customers, export_customer
from insights.models import RecentItem
from insights.recent import remember
from tests.whole import PERSONAL, Whole

pytestmark = pytest.mark.django_db
# Where the rows of each table stand in the copy: a list, or the lists within its rows.
IN_COPY = {
    "channels.message": "messages",
    "channels.preference": "preferences",
    "customers.cart": "carts",
    "customers.cartline": "cart_lines",
    "customers.consent": "consents",
    "customers.consentword": "consent_history",
    "customers.duplicatepair": "probable_duplicates",
    "customers.event": "events",
    "customers.identity": "identities",
    "customers.membership": "segments",
    "customers.mergedcustomer": "merged",
    "customers.mergerecord": "merges",
    "customers.news": "news",
    "customers.order": "orders",
    "customers.pendingconsent": "consents_to_confirm",
    "customers.stagehold": "stages_by_hand",
    "customers.stagemove": "stages",
    "journeys.conversion": "journeys/goals",
    "journeys.datedue": "dates_of_journeys",
    "journeys.enrollment": "journeys",
    "journeys.steplog": "journeys/steps",
}
# Columns with a customer's number that are no foreign keys.
NUMBERS = {"customer_id", "old_id", "first_id", "second_id"}


def naming() -> dict[str, type[Model]]:
    """The tables with a column that leads to a customer."""
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if model._meta.managed and any(map(leads_to_customer, model._meta.concrete_fields))
    }


def leads_to_customer(field: Any) -> bool:
    is_key = isinstance(field, ForeignKey) and field.related_model is Customer
    return is_key or field.attname in NUMBERS


def rows_of(model: type[Model], whole: Whole) -> int:
    keys = [field.attname for field in model._meta.concrete_fields if leads_to_customer(field)]
    hers = reduce(or_, (Q(**{key: whole.her.pk}) for key in keys))
    return model._default_manager.filter(hers).count()


def at(copy: dict[str, Any], path: str) -> list[Any]:
    """What stands in the lists of that path."""
    rows: list[Any] = [copy]
    for part in path.split("/"):
        rows = [inner for row in rows for inner in row[part]]
    return rows


def text_of_database() -> str:
    """All that stands in any table but the record of privacy."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table != PrivacyAct._meta.db_table:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
                found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.fixture
def whole() -> Whole:
    made = Whole(datetime.now(UTC))
    remember(made.asker.pk, "customer", made.her.pk, made.now)
    return made


def test_each_table_that_names_a_customer_is_known_here_and_has_a_row(whole):
    tables = naming()

    assert tables.keys() == IN_COPY.keys()
    assert [label for label, model in tables.items() if not rows_of(model, whole)] == []


def test_the_copy_holds_each_row(whole):
    rows = {label: rows_of(model, whole) for label, model in naming().items()}

    copy = json.loads(json.dumps(export_customer(whole.her.pk)))

    assert {label: len(at(copy, path)) for label, path in IN_COPY.items()} == rows
    assert len(at(copy, "messages/reports")) == 3
    assert [row["what"] for row in at(copy, "journeys/changes")] == [
        {"trait": "street", "value": PERSONAL["street"]}
    ]
    assert [row["value"] for row in copy["suppressions"]] == [PERSONAL["email"]]
    assert [row["call"]["traits"] for row in copy["calls_that_wait"]] == [
        {"last_name": PERSONAL["last_name"]}
    ]
    assert copy["rows_of_files"] == [[PERSONAL["email"], "Z"]]


def test_the_copy_says_all_that_is_personal(whole):
    text = json.dumps(export_customer(whole.her.pk), ensure_ascii=False)

    assert [name for name, value in PERSONAL.items() if value not in text] == []


def test_erasure_empties_each_table_and_leaves_nothing_personal(whole):
    assert [name for name, value in PERSONAL.items() if value not in text_of_database()] == []

    erase_customers([whole.her.pk], whole.now, "asker")

    left = text_of_database().lower()
    assert [label for label, model in naming().items() if rows_of(model, whole)] == []
    assert [name for name, value in PERSONAL.items() if value.lower() in left] == []
    assert str(whole.her.public_id) not in left
    assert not RecentItem.objects.filter(kind="customer").exists()


def test_erasure_is_recorded_with_the_id_alone(whole):
    erase_customers([whole.her.pk], whole.now, "asker")

    act = PrivacyAct.objects.latest("pk")
    assert (act.what, act.about, act.by, act.at, act.details) == (
        "erased",
        whole.her.public_id,
        "asker",
        whole.now,
        {},
    )
