import pytest

from customers.models import Event, Membership, Segment
from customers.segments import archive_segment, save_segment, segment_members
from tests.builders import NOON, customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/segments/guests/members/"


def a_list(**fields):
    return save_segment(Segment(**{"slug": "guests", "name": "Guests", "kind": "list"} | fields), NOON)


def ask(operation, *members, **fields):
    return client("design").post(URL, {"operation": operation, "members": members} | fields, format="json")


def upload(content, operation="append", **query):
    address = f"{URL}?operation={operation}" if operation else URL
    return client("design").post(address, data=content, content_type="text/csv", **query)


def test_list_is_made_and_its_members_are_changed():
    one, other = customer(email="a@example.com"), customer()
    api = client("design")
    made = api.post("/api/v1/segments/", {"slug": "guests", "name": "Guests", "kind": "list"}, format="json")

    first = ask("append", "email:a@example.com", "email:nobody@example.com", "x")
    second = ask("replace", str(other.public_id))

    assert (made.status_code, made.json()["kind"], made.json()["rule"]) == (201, "list", {})
    assert first.json() == {
        "added": 1,
        "removed": 0,
        "unchanged": 0,
        "unknown": 1,
        "refused": 1,
        "rows": [
            {
                "line": 2,
                "member": "email:nobody@example.com",
                "message": "No customer is known by this.",
            },
            {
                "line": 3,
                "member": "x",
                "message": "Write the customer's id, or kind:value; the kinds are external_id, email, phone, "
                "loyalty_card, anonymous_id, push_token, device, cookie.",
            },
        ],
    }
    assert (second.json()["added"], second.json()["removed"]) == (1, 1)
    assert [row["customer"]["id"] for row in results(client("read").get(URL))] == [str(other.public_id)]
    assert Event.objects.filter(customer=one).count() == 2
    assert ask("clear").json()["removed"] == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"operation": "append"}, "members"),
        ({"operation": "replace", "members": []}, "members"),
        ({"operation": "clear", "members": ["email:a@example.com"]}, "members"),
        ({"operation": "destroy", "members": ["email:a@example.com"]}, "operation"),
        ({"operation": "append", "members": [1, None]}, "members"),
        ({"operation": "append", "members": "email:a@example.com"}, "members"),
    ],
)
def test_what_is_asked_of_a_list_is_checked(body, path):
    a_list()

    refused = client("design").post(URL, body, format="json")

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["path"].split(".")[0] == path


def test_what_is_no_list_in_use_is_a_conflict():
    dynamic = a_list(kind="dynamic")

    assert "finds its members by its rule" in ask("append", "external_id:1").json()["detail"]
    archive_segment(dynamic, NOON)
    assert ask("clear").status_code == 409


def test_a_rule_of_a_list_is_refused_and_so_is_another_kind():
    a_list()
    api = client("design")
    rule = {"field": "trait", "trait": "city", "operator": "is_set"}

    by_rule = api.patch("/api/v1/segments/guests/", {"rule": rule}, format="json")
    by_kind = api.patch("/api/v1/segments/guests/", {"kind": "dynamic"}, format="json")

    assert by_rule.json()["errors"] == [
        {"path": "rule", "message": "A list has no rule: its members are put in one by one or from a file."}
    ]
    assert by_kind.json()["errors"][0]["path"] == "kind"


@pytest.mark.parametrize(("below", "body"), [("preview", {}), ("difference", {"rule": {}})])
def test_a_list_has_no_rule_to_try(below, body):
    a_list()

    refused = client("read").post(f"/api/v1/segments/guests/{below}/", body, format="json")

    assert refused.json()["errors"] == [
        {"path": "rule", "message": "A list has no rule: its members are put in one by one or from a file."}
    ]


def test_a_file_changes_a_list():
    people = [customer(email=f"{name}@example.com") for name in "abc"]
    guests = a_list()

    added = upload(
        "email;name\na@example.com;Ada\nb@example.com;Bo\nx@example.com;X\n;\n\n?;\n".encode("utf-16")
    )
    replaced = upload(b"public_id\n" + str(people[2].public_id).encode() + b"\n", "replace")

    assert added.json() == {
        "added": 2,
        "removed": 0,
        "unchanged": 0,
        "unknown": 1,
        "refused": 1,
        "rows": [
            {"line": 4, "member": "email:x@example.com", "message": "No customer is known by this."},
            {
                "line": 7,
                "member": "email:?",
                "message": "An e-mail address looks like name@example.com.",
            },
        ],
    }
    assert (replaced.json()["added"], replaced.json()["removed"]) == (1, 2)
    assert list(segment_members(guests)) == [people[2]]


@pytest.mark.parametrize(
    ("content", "operation", "told"),
    [
        (b"", "append", "no rows"),
        (b"email\n", "replace", "no rows"),
        (b"email,email\na,b\n", "append", "two columns of the same name"),
        (b'email\n"a\n', "append", "Line 2"),
        (b"name\nAda\n", "append", "names no column"),
        (b"email\na@example.com\n", "", "operation"),
        (b"email\na@example.com\n", "destroy", "destroy"),
    ],
)
def test_a_file_at_fault_changes_nothing(content, operation, told):
    customer(email="a@example.com")
    a_list()

    refused = upload(content, operation)

    assert refused.status_code == 400
    assert told in refused.json()["detail"]
    assert Membership.objects.count() == 0


def test_the_operation_of_json_stands_in_its_body_alone():
    a_list()

    refused = client("design").post(f"{URL}?operation=clear", {"operation": "clear"}, format="json")

    assert refused.json()["errors"][0]["path"] == "operation"


def test_no_other_route_takes_a_file():
    refused = client("design").post("/api/v1/segments/", data="a,b", content_type="text/csv")

    assert refused.status_code == 415
