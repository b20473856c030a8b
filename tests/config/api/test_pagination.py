import pytest

from channels.models import Cap
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/caps/"


def caps(count):
    Cap.objects.bulk_create(Cap(name=f"cap {n}", limit=n, window="day") for n in range(1, count + 1))


def test_pages_lead_through_all_rows_once_the_newest_first():
    caps(7)
    api, url, limits = client("read"), f"{URL}?page_size=3", []

    while url:
        page = api.get(url).json()
        limits.append([row["limit"] for row in page["results"]])
        url = page["next"]

    assert limits == [[7, 6, 5], [4, 3, 2], [1]]


def test_page_that_is_just_full_has_no_next():
    caps(3)

    assert client("read").get(f"{URL}?page_size=3").json()["next"] is None


def test_row_that_comes_in_between_does_not_shift_the_next_page():
    caps(4)
    api = client("read")
    first = api.get(f"{URL}?page_size=2").json()

    caps_before = [row["limit"] for row in first["results"]]
    Cap.objects.create(name="new", limit=9, window="day")

    assert caps_before + [row["limit"] for row in results(api.get(first["next"]))] == [4, 3, 2, 1]


@pytest.mark.parametrize("size", ["0", "501", "-1", "x", "1e2", "9" * 40, "\u0663", "1.5", ""])
def test_bad_page_size_is_refused_by_name(size):
    response = client("read").get(URL, {"page_size": size})

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == ["page_size"]


@pytest.mark.parametrize("cursor", ["x", "7", "00000000-0000-0000-0000-000000000000", "\0", "9" * 5000])
def test_bad_cursor_is_refused(cursor):
    assert client("read").get(URL, {"cursor": cursor}).status_code == 400


def test_cursor_of_another_list_is_refused():
    caps(3)
    api = client("read")
    cursor = api.get(f"{URL}?page_size=1").json()["next"].split("cursor=")[1].split("&")[0]

    response = api.get("/api/v1/messages/", {"cursor": cursor})

    assert response.json()["errors"][0]["path"] == "cursor"


def test_unknown_parameter_is_refused_rather_than_ignored():
    response = client("read").get(URL, {"stagee": "use"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["path"] == "stagee"
