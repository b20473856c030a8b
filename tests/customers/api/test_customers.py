from uuid import uuid4

import pytest

from customers.models import Consent, Customer, Event, Identity, StageMove, Suppression
from tests.builders import NOON, consent, customer, event
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/customers/"


def make(**body):
    return client("customers", "personal").post(URL, body, format="json")


def test_create_answers_with_the_new_record():
    response = make(identities={"email": "Ada@Example.COM"}, traits={"city": "Roma", "visits": 3})

    shown = response.json()
    assert response.status_code == 201
    assert shown["traits"] == {"city": "Roma", "visits": 3}
    assert [(one["kind"], one["value"]) for one in shown["identities"]] == [("email", "Ada@example.com")]
    assert shown["id"] == str(Customer.objects.get().public_id)


def test_create_of_somebody_known_changes_the_record():
    made = make(identities={"external_id": "c-1"}, traits={"city": "Roma", "visits": 3}).json()

    response = make(identities={"external_id": "c-1", "email": "a@example.com"}, traits={"city": "Milano"})

    assert response.status_code == 200
    assert response.json()["id"] == made["id"]
    assert response.json()["traits"]["city"] == "Milano"
    assert response.json()["traits"]["visits"] == 3


@pytest.mark.parametrize(
    ("identities", "path"),
    [
        ({}, "identities"),
        ({"email": "a@b"}, "identities.email"),
        ({"email": "a@[127.0.0.1]"}, "identities.email"),
        ({"phone": "not a number"}, "identities.phone"),
        ({"twitter": "x"}, "identities.twitter"),
        ({"email": 5, "phone": []}, "identities.phone"),
    ],
)
def test_create_refuses_what_is_no_identity(identities, path):
    response = make(identities=identities)

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == [path]
    assert Customer.objects.count() == 0


def test_create_refuses_more_traits_than_an_event_may_have():
    response = make(identities={"email": "a@example.com"}, traits={"x": "y" * 40_000})

    assert [error["path"] for error in response.json()["errors"]] == ["traits"]


def test_list_finds_one_by_identity():
    wanted = customer(email="a@example.com", stage="use")
    customer(email="b@example.com")

    found = results(client("read").get(URL, {"identity": "email:a@EXAMPLE.com"}))

    assert [(row["id"], row["stage"]) for row in found] == [(str(wanted.public_id), "use")]
    assert results(client("read").get(URL, {"identity": "email:c@example.com"})) == []


@pytest.mark.parametrize(
    "identity", ["a@example.com", "email:", "mail:a@example.com", "email:a@b", "email:\0"]
)
def test_list_refuses_what_is_no_identity(identity):
    response = client("read").get(URL, {"identity": identity})

    assert response.status_code == 400


def test_list_filters_by_stage():
    wanted = customer(stage="use")
    customer(stage="action")

    assert [row["id"] for row in results(client("read").get(URL, {"stage": "use"}))] == [
        str(wanted.public_id)
    ]


def test_list_asks_as_many_queries_for_many_as_for_few(django_assert_num_queries):
    for _ in range(20):
        customer(stage="use")
    api = client("read")
    api.get(URL)

    with django_assert_num_queries(7):  # clock, key; savepoint, time-out, customers, identities, release
        assert len(results(api.get(URL))) == 20


def test_change_adds_traits_and_identities():
    one = customer(email="a@example.com", traits={"city": "Roma"})

    shown = (
        client("customers", "personal")
        .patch(
            f"{URL}{one.public_id}/",
            {
                "identities": {"email": "b@example.com", "phone": "+39 06 1234 5678"},
                "traits": {"age": 40, "city": None},
            },
            format="json",
        )
        .json()
    )

    assert shown["id"] == str(one.public_id)
    assert sorted(each["value"] for each in shown["identities"]) == [
        "+390612345678",
        "a@example.com",
        "b@example.com",
    ]
    assert shown["traits"] == {"age": 40}


@pytest.mark.parametrize("taken", [{"email": "b@example.com"}, {"external_id": "c-2"}])
def test_change_leaves_alone_what_is_anothers(taken):
    one = customer(external_id="c-1", email="a@example.com")
    customer(external_id="c-2", email="b@example.com")

    response = client("customers", "personal").patch(
        f"{URL}{one.public_id}/", {"identities": taken, "traits": {"x": 1}}, format="json"
    )

    assert response.status_code == 409
    assert Identity.objects.filter(customer=one).count() == 2
    one.refresh_from_db()
    assert one.traits == {}


def test_erase_leaves_nothing_and_lets_nobody_bring_it_back():
    one = customer(email="a@example.com")
    event(one)
    other = customer(email="b@example.com")
    api = client("customers")

    assert api.delete(f"{URL}{one.public_id}/").status_code == 204

    assert Event.objects.filter(customer=one.pk).count() == 0
    assert api.get(f"{URL}{one.public_id}/").status_code == 404
    assert make(identities={"email": "a@example.com"}).status_code == 400
    back = api.patch(f"{URL}{other.public_id}/", {"identities": {"email": "a@example.com"}}, format="json")
    assert back.status_code == 409


def test_export_has_all_that_is_kept():
    one = customer(email="a@example.com", traits={"city": "Roma"})
    event(one, "Order Completed", properties={"total": 5})

    exported = client("personal").get(f"{URL}{one.public_id}/export/").json()

    assert exported["traits"] == {"city": "Roma"}
    assert [row["name"] for row in exported["events"]] == ["Order Completed"]


def test_consent_is_set_and_read():
    one = customer()
    url = f"{URL}{one.public_id}/consents/"
    word = {
        "channel": "email",
        "topic": "offers",
        "is_granted": True,
        "source": "shop",
        "wording": "Yes, please.",
    }

    answer = client("customers").post(url, word, format="json")

    assert answer.status_code == 200
    assert answer.json() | word == answer.json()
    assert [row["topic"] for row in results(client("read").get(url))] == ["offers"]
    assert Event.objects.get(name="$consent_changed").customer_id == one.pk


@pytest.mark.parametrize("word", [{}, {"channel": "fax", "is_granted": True}, {"channel": "sms"}])
def test_consent_that_says_nothing_is_refused(word):
    one = customer()

    response = client("customers").post(f"{URL}{one.public_id}/consents/", word, format="json")

    assert response.status_code == 400
    assert Consent.objects.count() == 0


def test_records_of_one_customer_are_only_its_own():
    one, other = customer(stage="use"), customer(stage="use")
    for each in (one, other):
        event(each, at=NOON)
        consent(each)
        StageMove.objects.create(customer=each, to_stage_id=6, moved_at=NOON)
    api = client("read")

    for part in ("events", "consents", "stage_history"):
        assert len(results(api.get(f"{URL}{one.public_id}/{part}/"))) == 1
        assert api.get(f"{URL}{uuid4()}/{part}/").status_code == 404


def test_stage_history_tells_the_moves():
    one = customer()
    StageMove.objects.create(customer=one, to_stage_id=5, moved_at=NOON)
    StageMove.objects.create(customer=one, from_stage_id=5, to_stage_id=6, moved_at=NOON)

    moves = results(client("read").get(f"{URL}{one.public_id}/stage_history/"))

    assert [(move["from_stage"], move["to_stage"]) for move in moves] == [("action", "use"), (None, "action")]


def test_suppression_is_made_once_and_taken_back():
    api = client("customers", "personal")
    body = {"kind": "email", "value": " a@EXAMPLE.com "}

    first = api.post("/api/v1/suppressions/", body, format="json")
    again = api.post("/api/v1/suppressions/", body, format="json")

    assert (first.status_code, first.json()["value"], first.json()["reason"]) == (
        201,
        "a@example.com",
        "by_hand",
    )
    assert again.json()["id"] == first.json()["id"]
    assert api.delete(f"/api/v1/suppressions/{first.json()['id']}/").status_code == 204
    assert Suppression.objects.count() == 0
