import signal
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import work as pieces
from customers.imports import intake, work
from customers.imports.intake import take_in
from customers.imports.services import begin, report, set_up
from customers.models import Consent, Customer, Event, Identity, ImportBlock, RejectedRow, Source
from customers.services import erase_customers
from tests.builders import DAY, NOON, customer
from tests.customers.calls import owner
from tests.customers.imports.files import counts, imported, reasons, taken, tried
from tests.dying import run

pytestmark = pytest.mark.django_db

CRM = """external_id;email;phone;first_name;points;birthday;consent.email
1;ada@example.com;06 5551234;Ada;1.200,5;31/12/1980;yes
2;BOB@Example.com;;Bob;7;;no
3;;;Cleo;;;
"""


def test_customers_are_imported_with_all_that_the_file_says():
    one = imported(CRM, wording="Send me news")

    assert (one.state, one.rows, counts(one)) == ("done", 3, (3, 0, 0, 0))
    ada = owner("external_id", "1")
    assert ada.traits == {
        "email": "ada@example.com",
        "phone": "+39065551234",
        "first_name": "Ada",
        "points": 1200.5,
        "birthday": "1980-12-31",
    }
    assert owner("email", "BOB@example.com") == owner("external_id", "2")
    words = Consent.objects.order_by("id").values_list(
        "channel", "topic", "is_granted", "source", "wording", "changed_at"
    )
    assert list(words) == [
        ("email", "", True, "crm.csv", "Send me news", NOON),
        ("email", "", False, "crm.csv", "Send me news", NOON),
    ]
    assert not ImportBlock.objects.exists()


def test_second_run_changes_nothing():
    imported(CRM)
    before = list(Customer.objects.order_by("id").values("traits", "last_seen_at", "stage"))

    again = imported(CRM, now=NOON + DAY)

    assert counts(again) == (0, 0, 3, 0)
    assert list(Customer.objects.order_by("id").values("traits", "last_seen_at", "stage")) == before


def test_import_changes_known_customers_and_nobody_was_seen_by_it():
    known = customer(external_id="1", traits={"first_name": "Adele"}, seen_at=NOON - DAY)

    one = imported("external_id,first_name,email\n1,Ada,ada@example.com\n")

    known.refresh_from_db()
    assert counts(one) == (0, 1, 0, 0)
    assert known.traits == {"first_name": "Ada", "email": "ada@example.com"}
    assert known.last_seen_at == NOON - DAY


def test_import_joins_who_is_one_person():
    by_mail, by_number = customer(email="ada@example.com"), customer(external_id="1")

    one = imported("external_id,email\n1,ada@example.com\n")

    assert counts(one) == (0, 1, 0, 0)
    assert Customer.objects.count() == 1
    assert set(Identity.objects.values_list("customer_id", flat=True)) == {by_number.pk}
    assert by_mail.pk != by_number.pk


def test_moment_of_a_row_decides_what_is_the_last_word():
    text = "external_id,city,said_at\n1,Roma,2025-01-02\n1,Milano,2025-01-01\n1,Napoli,2031-01-01\n"

    one = imported(text)

    assert counts(one) == (1, 1, 0, 1)
    assert owner("external_id", "1").traits == {"city": "Roma"}
    assert reasons(one) == {4: "said_at: The moment lies in the future, or before 1990."}


def test_paths_of_traits_become_objects():
    imported("external_id,traits.address.city,traits.address.zip\n1,Roma,00100\n")

    assert owner("external_id", "1").traits == {"address": {"city": "Roma", "zip": "00100"}}


def test_rejected_rows_are_told_with_all_their_faults_and_can_be_downloaded():
    text = "external_id,email,points\n1,nobody,many\n,,3\n2,b@example.com,4,5\n4,d@example.com,4\n"
    one = taken(text)
    columns = [*one.columns[:2], {"to": "trait", "name": "points", "type": "number"}]
    begin(set_up(one, columns), NOON)
    pieces.settle(NOON)
    one.refresh_from_db()

    assert counts(one) == (1, 0, 0, 3)
    assert reasons(one) == {
        2: "email: An e-mail address looks like name@example.com. points: This is no number such as 1234.5.",
        3: "The row names nobody.",
        4: "The row has more cells than the first line has names.",
    }
    assert "".join(report(one)).splitlines() == [
        "external_id,email,points,line,reason",
        f"1,nobody,many,2,{reasons(one)[2]}",
        ",,3,3,The row names nobody.",
        "2,b@example.com,4,4,The row has more cells than the first line has names.",
    ]


def test_erased_person_does_not_come_back_and_leaves_no_row():
    erase_customers([customer(email="ada@example.com").pk], NOON)

    one = imported("email,first_name\nada@example.com,Ada\n")

    assert counts(one) == (0, 0, 0, 1)
    assert list(RejectedRow.objects.values_list("reason", "cells")) == [(work.ERASED, [])]


def test_erasure_takes_rows_out_of_waiting_and_rejected_files():
    ada = customer(external_id="a1", email="ada@example.com")
    rejected = imported("external_id,email\na1,nobody\nb2,nobody\n")
    waiting = taken("email,first_name\nADA@example.com,Ada\nbob@example.com,Bob\n")

    erase_customers([ada.pk], NOON)

    assert list(RejectedRow.objects.filter(of=rejected).order_by("line").values_list("cells", flat=True)) == [
        [],
        ["b2", "nobody"],
    ]
    waiting.refresh_from_db()
    assert intake.first_rows(waiting) == [["bob@example.com", "Bob"]]
    assert waiting.rows == 1


def test_row_that_only_postgresql_refuses_is_rejected_alone():
    one = imported('external_id,tags\n1,[1]\n2,"[""\\u0000""]"\n3,[3]\n')

    assert counts(one) == (2, 0, 0, 1)
    assert reasons(one) == {3: "DataError: unsupported Unicode escape sequence"}


def test_consents_are_imported():
    customer(email="ada@example.com")
    text = (
        "email,channel,topic,granted,changed_at\n"
        "ada@example.com,email,news,no,2025-01-01\n"
        "ada@example.com,fax,,yes,\n"
    )

    one = imported(text, "consents")

    assert counts(one) == (0, 1, 0, 1)
    assert list(Consent.objects.values_list("channel", "topic", "is_granted", "changed_at")) == [
        ("email", "news", False, datetime(2024, 12, 31, 23, tzinfo=UTC))  # midnight of the brand's clock
    ]
    assert reasons(one) == {3: "channel: Write one of: email, sms, push, webhook."}


ORDERS = """external_id,event,timestamp,total,items
1,Order Completed,2025-01-02T10:00:00Z,9.50,"[{""sku"": ""a""}]"
1,Order Completed,2025-01-02T10:00:00Z,9.50,"[{""sku"": ""a""}]"
2,,2025-01-02,1,
"""


def test_events_are_imported_once():
    one = imported(ORDERS, "events")
    again = imported(ORDERS, "events", now=NOON + timedelta(hours=1))

    assert (counts(one), counts(again)) == ((1, 0, 1, 1), (0, 0, 2, 1))
    events = Event.objects.filter(name="Order Completed").values_list(
        "properties", "occurred_at", "received_at"
    )
    assert list(events) == [
        ({"total": 9.5, "items": [{"sku": "a"}]}, datetime(2025, 1, 2, 10, tzinfo=UTC), NOON)
    ]
    assert owner("external_id", "1").last_seen_at == datetime(2025, 1, 2, 10, tzinfo=UTC)
    files = Source.objects.get()
    assert (files.kind, files.is_active) == ("import", False)
    assert set(Event.objects.filter(name="Order Completed").values_list("source_id", flat=True)) == {files.pk}


def test_trial_tells_what_the_import_does_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(intake, "BLOCK", 2)
    customer(external_id="2", traits={"first_name": "Bob", "points": 7})
    customer(external_id="3")
    text = "external_id,first_name,points\n1,Ada,1\n2,Bob,7\n3,Cleo,\n,Dan,2\n"
    before = Customer.objects.count()

    one = tried(taken(text))

    assert one.state == "checked"
    expected = {
        name: one.expected[name] for name in ("created", "changed", "unchanged", "rejected", "faults")
    }
    assert Customer.objects.count() == before
    begin(one, NOON)
    pieces.settle(NOON)
    one.refresh_from_db()
    assert counts(one) == (1, 1, 1, 1)
    assert expected == {
        "created": one.created,
        "changed": one.changed,
        "unchanged": one.unchanged,
        "rejected": one.rejected,
        "faults": [{"line": 5, "reason": "The row names nobody."}],
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_letters_of_all_programs_are_read(encoding):
    one = take_in(BytesIO("Codice cliente;Città\r\n1;Forlì\r\n".encode(encoding)), "customers", "x", NOON)
    begin(one, NOON)
    pieces.settle(NOON)

    assert owner("external_id", "1").traits == {"città": "Forlì"}


def test_blocks_take_the_same_queries_however_many_rows_they_have(django_assert_num_queries):
    def rows(first: int, last: int) -> str:
        return "external_id,email,consent.email\n" + "".join(
            f"n{n},n{n}@example.com,yes\n" for n in range(first, last)
        )

    begin(taken(rows(0, 1)), NOON)
    with CaptureQueriesContext(
        connection,
    ) as few:
        work.next_block(NOON)
    pieces.settle(NOON)
    begin(taken(rows(1, 400)), NOON)

    with django_assert_num_queries(len(few)):
        assert work.next_block(NOON) == 399


@pytest.mark.django_db(transaction=True)
def test_import_that_was_killed_goes_on_where_it_was_and_counts_no_row_twice(monkeypatch):
    monkeypatch.setattr(intake, "BLOCK", 10)
    one = taken("external_id,email\n" + "".join(f"n{n},n{n}@example.com\n" for n in range(45)) + ",\n,x\n")
    begin(one, NOON)

    code = run("tests.customers.imports.dying_importer", NOON.isoformat())

    one.refresh_from_db()
    assert (code, one.state, one.created, one.blocks.count()) == (-signal.SIGKILL, "running", 20, 3)
    pieces.settle(NOON)
    one.refresh_from_db()
    assert (one.state, one.rows, counts(one)) == ("done", 46, (45, 0, 0, 1))
    assert (Customer.objects.count(), Event.objects.filter(name="$customer_created").count()) == (45, 45)
