import csv
import io

import pytest
from django.urls import reverse

from config.csv import Table
from customers import export
from customers.export import COLUMNS, exported_customers, exported_members
from customers.models import Customer, Identity, Membership, Segment
from customers.services import erase_customers, lift_tombstones
from tests.builders import HOUR, NOON, consent, customer
from tests.customers.calls import owner
from tests.customers.imports.files import counts, imported
from tests.people import browser

pytestmark = pytest.mark.django_db


def segment(*members, **fields):
    made = Segment.objects.create(slug="s", name="S")
    for member in members:
        Membership.objects.create(segment=made, customer=member, entered_at=NOON, **fields)
    return made


def rows(of, *traits):
    text = "".join(exported_members(of, traits))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_members_are_told_with_all_that_is_known_of_them():
    one = customer(
        email="old@example.com",
        phone="+390612345678",
        external_id="42",
        traits={"city": "Roma", "address": {"zip": "00100"}, "a.b": 1, "ok": True, "tags": ["x", "è"]},
        stage="use",
        language="it",
        country="IT",
        time_zone="Europe/Rome",
    )
    Identity.objects.create(customer=one, kind="email", value="new@example.com", created_at=NOON + HOUR)

    assert rows(segment(one), "city", "address.zip", "a.b", "ok", "tags", "none", "city.x") == [
        {
            "public_id": str(one.public_id),
            "external_id": "42",
            "email": "new@example.com",
            "phone": "'+390612345678",
            "language": "it",
            "country": "IT",
            "time_zone": "Europe/Rome",
            "stage": "use",
            "stage_since": NOON.isoformat(),
            "first_seen_at": NOON.isoformat(),
            "last_seen_at": NOON.isoformat(),
            "entered_at": NOON.isoformat(),
            "traits.city": "Roma",
            "traits.address.zip": "00100",
            "traits.a.b": "1",
            "traits.ok": "true",
            "traits.tags": '["x", "è"]',
            "traits.none": "",
            "traits.city.x": "",
        }
    ]


def test_only_present_members_are_told():
    gone = segment(customer(), left_at=NOON + HOUR)

    assert rows(gone) == []
    assert next(iter(exported_members(gone))).strip().split(",") == list(COLUMNS)


def test_customers_are_exported_in_the_columns_that_an_import_reads():
    tags = {"tags": ["x", "è"], "address": {"zip": "00100"}, "city": "=Roma", "ok": True, "points": 7.5}
    one = customer(email="a@example.com", phone="+390612345678", external_id="42", traits=tags, country="IT")
    customer(external_id="43")
    consent(one, "email", "news", granted=False)
    text = "".join(exported_customers(Customer.objects.filter(pk=one.pk)))
    before = Customer.objects.values("traits", "country").get(pk=one.pk)
    once, again = imported(text), imported(text)
    erase_customers([one.pk], NOON)
    lift_tombstones([("external_id", "42"), ("email", "a@example.com"), ("phone", "+390612345678")])

    assert counts(once) == (0, 1, 0, 0)  # what was a column alone is a trait too
    assert counts(again) == (0, 0, 1, 0)
    assert counts(imported(text)) == (1, 0, 0, 0)
    back = owner("external_id", "42")
    assert back.traits == before["traits"] | {
        "email": "a@example.com",
        "phone": "+390612345678",
        "country": "IT",
    }
    assert (back.country, back.consents.get().topic, back.consents.get().is_granted) == ("IT", "news", False)


def test_customers_come_chunk_by_chunk_in_a_constant_number_of_queries(
    monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(export, "CHUNK", 2)
    people = [customer() for _ in range(5)]

    with django_assert_num_queries(2 + 3 * 3 + 1):
        text = "".join(exported_customers(Customer.objects.all()))

    told = csv.DictReader(io.StringIO(text, newline=""))
    assert [row["public_id"] for row in told] == [str(person.public_id) for person in people]


def test_list_is_exported_as_it_is_filtered_and_masked_for_nobody_who_may():
    her, _other = customer(email="ada@example.com", stage="use"), customer(email="bob@example.com")
    url = reverse("admin:customers_export") + "?stage=6"

    lines = browser("campaign_manager").get(url).getvalue().decode().splitlines()

    assert len(lines) == 2
    assert lines[1].startswith(f"{her.public_id},,ada@example.com,")
    assert browser("marketer").get(url).status_code == 403


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    of = segment(customer(external_id=f"{start}1", traits={"note": f'{start}HYPERLINK("x")'}))

    [row] = rows(of, "note", f"{start}x")

    assert row["external_id"] == f"'{start}1"
    assert row["traits.note"] == f'\'{start}HYPERLINK("x")'


def test_members_come_chunk_by_chunk_in_a_constant_number_of_queries(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export, "CHUNK", 2)
    people = [customer() for _ in range(5)]
    of = segment(*people)

    with django_assert_num_queries(7):
        told = rows(of)

    assert [row["public_id"] for row in told] == [str(person.public_id) for person in people]


def test_what_is_exported_can_be_put_into_a_list():
    one = customer(phone="+390612345678", external_id="=7")
    text = "".join(exported_members(segment(one)))

    table = Table(io.BytesIO(text.encode()))

    assert next(table.rows()).cells[:4] == [str(one.public_id), "=7", "", "+390612345678"]
