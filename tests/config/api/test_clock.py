from datetime import UTC, datetime

import pytest

from config import clock
from tests.clients import client

pytestmark = pytest.mark.django_db
URL = "/api/v1/clock/"
NOON = "2025-03-03T12:00:00+00:00"


def test_clock_tells_real_time():
    told = client("read").get(URL).json()

    assert told["is_rehearsed"] is False


def test_clock_is_set_in_a_rehearsal(settings):
    settings.REHEARSAL = True

    told = client().post(URL, {"set_to": NOON}, format="json").json()

    assert told == {"now": NOON, "is_rehearsed": True, "done": {}}
    assert clock.now() == datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_clock_advances_and_is_given_back(settings):
    settings.REHEARSAL = True
    api = client()
    api.post(URL, {"set_to": NOON}, format="json")

    advanced = api.post(URL, {"advance_by": "P1DT1H", "step": "PT1H"}, format="json").json()
    freed = api.post(URL, {"set_to": None}, format="json").json()

    assert advanced["now"] == "2025-03-04T13:00:00+00:00"
    assert freed["is_rehearsed"] is False
    assert not clock.is_driven()


def test_clock_stands_where_time_is_real(settings):
    settings.REHEARSAL = False

    response = client().post(URL, {"set_to": NOON}, format="json")

    assert response.status_code == 409
    assert "SETTE_REHEARSAL" in response.json()["detail"]


def test_clock_that_another_drives_is_left_alone(settings):
    settings.REHEARSAL = True
    clock.drive("a replay")

    assert client().post(URL, {"set_to": NOON}, format="json").status_code == 409


@pytest.mark.parametrize(
    "move",
    [
        {},
        {"set_to": NOON, "advance_by": "P1D"},
        {"set_to": "yesterday"},
        {"set_to": "9999-12-31T23:59:59Z"},
        {"set_to": "0001-01-01T00:00:00+14:00"},
        {"advance_by": "-P1D"},
        {"advance_by": "P99999D"},
        {"advance_by": 10**29},
        {"advance_by": "P1D", "step": "PT0S"},
        [],
        "x",
    ],
)
def test_bad_move_is_refused(settings, move):
    settings.REHEARSAL = True

    assert client().post(URL, move, format="json").status_code == 400
