import pytest

from customers.models import StageMove
from tests.builders import DAY, HOUR, NOON, customer
from tests.clients import client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.clock.now", lambda: NOON)
    person = customer(stage="use", seen_at=NOON - 2 * DAY)
    StageMove.objects.create(customer=person, to_stage_id=5, moved_at=NOON - 2 * DAY)
    StageMove.objects.create(
        customer=person, from_stage_id=5, to_stage_id=6, moved_at=NOON - DAY, from_since=NOON - 2 * DAY
    )


def get(name: str, **asked: object):
    return client("read").get(f"/api/v1/{name}/", asked)


def test_flow_answers_with_transitions_and_stays():
    found = get("stage_flow", start=(NOON - 9 * DAY).isoformat()).json()

    assert sorted(found["transitions"], key=lambda one: one["to_stage"]) == [
        {"from_stage": None, "to_stage": "action", "moves": 1, "stays": 0, "median": None},
        {"from_stage": "action", "to_stage": "use", "moves": 1, "stays": 1, "median": "P1DT00H00M00S"},
    ]
    assert [(one["stage"], one["came"], one["left"], one["standing"]) for one in found["stays"][4:6]] == [
        ("action", 1, 1, 0),
        ("use", 1, 0, 1),
    ]


def test_barriers_answer_for_all_seven():
    found = get("stage_barriers", days=30).json()

    assert [one["stage"] for one in found][5:] == ["use", "advocacy"]
    assert (found[5]["standing"], found[5]["usual"], found[5]["is_barrier"]) == (1, None, False)
    way = {"end": "use", "went": 1, "expected": 0.0, "deviation": 0.0, "is_barrier": False}
    assert found[4]["onward"] == [way]


def test_cohorts_answer_by_month():
    found = get("stage_cohorts", months=1, within_days=30).json()

    assert found == [
        {"month": "2025-03-01", "customers": 1, "reached": [0, 0, 0, 0, 1, 1, 0], "is_whole": False}
    ]


@pytest.mark.parametrize(
    ("name", "asked", "path"),
    [
        ("stage_flow", {"start": "soon"}, "start"),
        ("stage_flow", {"start": (NOON + HOUR).isoformat()}, "start"),
        ("stage_flow", {"start": "1900-01-01T00:00:00Z"}, "start"),
        ("stage_flow", {"end": "0001-01-01T00:00:00Z"}, "end"),
        ("stage_flow", {"from": "2025-01-01"}, "from"),
        ("stage_barriers", {"days": 1}, "days"),
        ("stage_barriers", {"days": 10**9}, "days"),
        ("stage_cohorts", {"months": 0}, "months"),
        ("stage_cohorts", {"within_days": "x"}, "within_days"),
    ],
)
def test_what_can_not_be_asked_is_named(name, asked, path):
    response = get(name, **asked)

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == [path]
