from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config import work
from customers.imports.services import UNDER_WAY
from customers.models import Import
from insights.progress import imports
from tests.customers.calls import owner
from tests.customers.imports.files import taken, tried
from tests.people import browser

pytestmark = pytest.mark.django_db
TEXT = "external_id,city\n1,Roma\n,Bari\n"


def act(client, one, **fields):
    return client.post(reverse("admin:import_act", args=[one.pk]), fields)


def page(client, one):
    return client.get(reverse("admin:customers_import_change", args=[one.pk])).content.decode()


def columns(one):
    return {
        f"{key}-{place}": value for place, column in enumerate(one.columns) for key, value in column.items()
    }


def test_marketer_uploads_a_file_tries_it_and_imports_it_to_the_end():
    client = browser("marketer")
    file = SimpleUploadedFile("crm.csv", TEXT.encode())

    answer = client.post(reverse("admin:customers_import_add"), {"file": file, "kind": "customers"})
    one = Import.objects.get()
    assert answer["Location"] == reverse("admin:customers_import_change", args=[one.pk])
    assert "Roma" in page(client, one)
    act(client, one, do="check", **columns(one) | {"name-1": "town"})
    work.settle(datetime.now(UTC))
    assert "The row names nobody." in page(client, one)
    act(client, one, do="start", quiet="on")
    work.settle(datetime.now(UTC))

    one.refresh_from_db()
    assert (one.state, one.created, one.rejected, one.is_quiet, one.created_by) == (
        "done",
        1,
        1,
        True,
        "marketer",
    )
    assert owner("external_id", "1").traits == {"town": "Roma"}
    report = client.get(reverse("admin:import_rejected", args=[one.pk])).getvalue().decode()
    assert report.splitlines() == ["\ufeffexternal_id,city,line,reason", ",Bari,3,The row names nobody."]


def test_file_that_is_no_table_is_refused_with_the_reason():
    client = browser("marketer")

    for file in (SimpleUploadedFile("x.csv", b'a,b\n1,"2\n'), None):
        answer = client.post(reverse("admin:customers_import_add"), {"file": file or "", "kind": "customers"})
        assert 'role="alert"' in answer.content.decode()

    assert not Import.objects.exists()


def test_columns_that_cannot_be_are_told_and_nothing_begins():
    client, one = browser("marketer"), taken(TEXT)

    answer = act(client, one, do="check", **columns(one) | {"to-0": ""})

    assert "Say which column tells whom a row is about" in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "draft"


def test_import_under_way_shows_how_far_it_is_and_can_be_stopped():
    client, one = browser("marketer"), taken(TEXT)
    act(client, one, do="start")

    [job] = imports(datetime.now(UTC))
    assert (job.title, job.percent) == ("Import of crm.csv", 0)
    assert "hx-get" in client.get(reverse("admin:import_state", args=[one.pk])).content.decode()
    act(client, one, do="discard")
    act(client, one, do="stop")

    one.refresh_from_db()
    assert (one.state, one.blocks.count(), list(imports(datetime.now(UTC)))) == ("stopped", 0, [])
    act(client, one, do="discard")
    assert not Import.objects.exists()


def test_tried_import_can_be_changed_again_and_is_then_untried():
    one = tried(taken(TEXT))

    act(browser("marketer"), one, do="check", **columns(one))

    one.refresh_from_db()
    assert (one.state, one.expected) == ("checking", {})
    assert one.state in UNDER_WAY
