from datetime import UTC, datetime

import pytest

from config import work
from config.models import Scope
from tests.clients import client, results
from tests.customers.calls import owner

pytestmark = pytest.mark.django_db
ROUTE = "/api/v1/imports/"
TEXT = "external_id,city\n1,Roma\n,Bari\n"


def sent(asker, text=TEXT, query="?kind=customers&name=crm"):
    return asker.generic("POST", ROUTE + query, text.encode(), "text/csv")


def test_file_is_imported_by_the_api_alone():
    asker = client()
    answer = sent(asker)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    url = f"{ROUTE}{made['id']}/"
    assert [column["to"] for column in made["columns"]] == ["external_id", "trait"]

    changed = asker.patch(
        url, {"columns": [made["columns"][0], {"to": "trait", "name": "town"}]}, format="json"
    )
    assert changed.json()["columns"][1]["name"] == "town"
    assert asker.post(f"{url}check/").json()["state"] == "checking"
    work.settle(datetime.now(UTC))
    tried = asker.get(url).json()
    assert (tried["state"], tried["expected"]["created"], tried["created"]) == ("checked", 1, 0)
    assert asker.post(f"{url}start/").json()["state"] == "running"
    work.settle(datetime.now(UTC))

    [one] = results(asker.get(ROUTE))
    assert [one[name] for name in ("state", "rows", "created", "changed", "unchanged", "rejected")] == [
        *("done", 2, 1, 0, 0, 1)
    ]
    assert owner("external_id", "1").traits == {"town": "Roma"}
    report = b"".join(asker.get(f"{url}rejected/").streaming_content).decode()
    assert report.splitlines() == ["external_id,city,line,reason", ",Bari,3,The row names nobody."]
    assert asker.post(f"{url}start/").status_code == 409
    assert asker.delete(url).status_code == 204


@pytest.mark.parametrize(
    ("text", "query", "path"),
    [
        (TEXT, "", "kind"),
        (TEXT, "?kind=people", "kind"),
        (TEXT, "?kind=customers&x=1", "x"),
        ("", "?kind=customers", ""),
        ("a,a\n1,2\n", "?kind=customers", ""),
        ('a\n"1\n', "?kind=customers", ""),
    ],
)
def test_bad_file_is_refused_with_its_place(text, query, path):
    answer = sent(client(), text, query)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


def test_bad_columns_are_refused_with_their_place():
    asker = client()
    url = f"{ROUTE}{sent(asker).json()['id']}/"

    answer = asker.patch(url, {"columns": [{"to": "trait", "name": "$x"}, {"to": ""}]}, format="json")

    assert answer.status_code == 400
    assert {error["path"] for error in answer.json()["errors"]} == {"columns.0", "columns"}


def test_file_larger_than_the_limit_is_refused(settings):
    settings.IMPORT_MEGABYTES = 0

    assert sent(client()).status_code == 400


def test_key_that_may_not_see_personal_data_gets_no_rejected_rows():
    url = f"{ROUTE}{sent(client()).json()['id']}/"

    assert client(Scope.READ).get(f"{url}rejected/").status_code == 403
