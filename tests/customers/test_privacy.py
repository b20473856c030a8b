import json

import pytest
from django.db import connection

from customers import privacy
from customers.inbox import CustomerEvent, accept, accept_customer_events
from customers.models import Customer, Event, Identity, InboxRow, Source, Tombstone
from customers.services import erase_customers, export_customer, lift_tombstones, suppress
from tests.builders import DAY, HOUR, NOON, consent, customer, event
from tests.customers.calls import call, identify, owner, receive

pytestmark = pytest.mark.django_db

SECRET = "perpetua@example.com"


def whole_database() -> str:
    """All text of all tables of this app."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith("customers_"):
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
                found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.fixture
def person():
    receive(
        identify(
            external_id="Perpetua-1",
            anonymous_id="Perpetua-device",
            traits={"email": SECRET, "name": "Perpetua"},
        ),
        call(external_id="Perpetua-1", properties={"note": "for Perpetua"}),
    )
    of = owner("email", SECRET)
    consent(of, "email")
    return of


def test_erased_person_leaves_no_trace(person):
    suppress([("email", SECRET)], "by_hand", NOON)
    accept([call(external_id="Perpetua-1", properties={"note": "for Perpetua"})], None, NOON)
    accept([identify(external_id="x9", traits={"email": "PERPETUA@example.com"})], None, NOON)
    accept([call("alias", external_id="x9", previous_id="Perpetua-device")], None, NOON)
    accept_customer_events([CustomerEvent(person.id, "$message_opened", NOON, {"to": "Perpetua"}, "o")], NOON)
    InboxRow.objects.update(state="parked")

    assert erase_customers([person.id], NOON) == 1

    assert "perpetua" not in whole_database().lower()
    assert (Customer.objects.count(), Event.objects.count(), InboxRow.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "late",
    [
        call(external_id="Perpetua-1"),
        identify(traits={"email": SECRET}),
        identify(external_id="Perpetua-1", anonymous_id="new", traits={"email": "other@example.com"}),
        call(anonymous_id="Perpetua-device"),
    ],
)
def test_late_event_brings_nobody_back(person, late):
    erase_customers([person.id], NOON)

    receive(late, now=NOON + DAY)

    assert (Customer.objects.count(), Identity.objects.count(), InboxRow.objects.count()) == (0, 0, 0)


def test_erased_address_is_not_attached_to_somebody_else(person):
    erase_customers([person.id], NOON)
    other = customer(external_id="u2")

    receive(identify(external_id="u2", traits={"email": SECRET, "city": "Roma"}))

    other.refresh_from_db()
    assert other.traits == {"city": "Roma"}
    assert list(other.identities.values_list("value", flat=True)) == ["u2"]


def test_lifted_tombstones_let_a_person_come_back(person):
    keys = list(Identity.objects.values_list("kind", "value"))
    erase_customers([person.id], NOON)

    assert lift_tombstones(keys) == Tombstone.objects.count() + len(keys) == 3
    receive(identify(external_id="Perpetua-1"))
    assert owner("external_id", "Perpetua-1").id != person.id


def test_erasing_who_is_not_there_says_so():
    assert erase_customers([99], NOON) == 0


def test_erasing_tells_the_apps_above(person, monkeypatch):
    told = []
    monkeypatch.setattr(privacy, "on_erase", [lambda ids, now: told.append((list(ids), now))])

    erase_customers([person.id], NOON)

    assert told == [([person.id], NOON)]


def test_export_holds_all_that_is_kept(person, monkeypatch):
    monkeypatch.setattr(privacy, "on_export", {"messages": lambda customer_id: [customer_id]})
    suppress([("email", SECRET)], "by_hand", NOON)

    exported = json.loads(json.dumps(export_customer(person.id)))

    assert exported["traits"]["email"] == SECRET
    assert {identity["value"] for identity in exported["identities"]} == {
        "Perpetua-1",
        "Perpetua-device",
        SECRET,
    }
    assert [one["name"] for one in exported["events"]] == ["$customer_created", "Product Viewed"]
    assert exported["consents"][0]["channel"] == "email"
    assert exported["suppressions"][0]["reason"] == "by_hand"
    assert exported["messages"] == [person.id]


def test_no_personal_data_in_logs(person, caplog):
    Source.objects.create(name="s")
    receive(identify(traits={"email": "Perpetua at home"}), call(external_id="Perpetua-1"))
    event(person)
    erase_customers([person.id], NOON)

    assert "perpetua" not in caplog.text.lower()


def test_the_copy_for_the_person_has_their_orders_and_what_is_in_the_cart_and_none_stay(person):
    engraved = {"product_id": "a", "engraving": "Perpetua"}
    receive(
        call(external_id="Perpetua-1", event="Order Completed", properties={"order_id": "Perpetua's"}),
        call(at=NOON + HOUR, external_id="Perpetua-1", event="Product Added", properties=engraved),
        now=NOON + HOUR,
    )

    told = export_customer(person.pk)
    erase_customers([person.pk], NOON + HOUR)

    assert [one["order_id"] for one in told["orders"]] == ["Perpetua's"]
    assert [one["properties"]["engraving"] for one in told["cart_lines"]] == ["Perpetua"]
    assert "perpetua" not in whole_database().lower()
