import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from config.api.opaque import seal
from journeys import moving, services
from journeys.models import Enrollment, Journey, PublishingPolicy
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.clients import client, results
from tests.journeys.builders import draft, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
URL = "/api/v1/journeys/welcome/"
PAUSE = step("pause", "wait", {"next": None}, span="P2D")
REST = step("rest", "wait", {"next": None}, span="P3D")
KNOWN = {"acknowledged": ["no_goal"]}


def post(path, body=None, scope="send", status=200):
    response = client(scope).post(f"{URL}{path}/", body or {}, format="json")
    assert response.status_code == status, response.content
    return response.json()


def told(problem):
    return {each["path"]: each["message"] for each in problem["errors"]}


def in_two_versions():
    """One customer in version 1; the draft says something else."""
    version = live(PAUSE)
    one = enrolled(version, builders.customer())
    services.save_draft(version.journey_id, graph(REST))
    return one


def test_publish_tells_each_warning_that_is_not_acknowledged():
    draft(step("pause", "wait", span="P2D"))

    problem = post("publish", KNOWN, status=400)

    assert [error["path"] for error in problem["errors"]] == ["acknowledged"]
    assert problem["errors"][0]["message"].startswith("open_end:steps.pause: leads nowhere")
    post("publish", {"acknowledged": ["no_goal", "open_end:steps.pause"]})
    (version,) = results(client("read").get(f"{URL}versions/"))
    assert [each["code"] for each in version["acknowledged"]] == ["no_goal", "open_end"]


def test_publish_moves_those_inside_and_refuses_a_map_that_leaves_somebody_out():
    one = in_two_versions()

    refused = told(post("publish", KNOWN | {"moves": {"1": {}}}, status=400))
    assert list(refused) == ["moves.1.pause"]
    assert Journey.objects.get().live_version.number == 1
    post("publish", KNOWN | {"moves": {"1": {"pause": "rest"}}})

    moving.move_versions(NOON)
    one.refresh_from_db()
    assert (one.version.number, one.step) == (2, "rest")
    (move,) = results(client("read").get(f"{URL}moves/"))
    assert (move["from_version"], move["to_version"], move["moved"], move["steps"]) == (
        1,
        2,
        1,
        {"pause": "rest"},
    )


@pytest.mark.parametrize(
    ("moves", "path"),
    [
        ({"one": {}}, "moves.one"),
        ({"0": {}}, "moves.0"),
        ({"1": []}, "moves.1"),
        ({"1": {"pause": 5}}, "moves.1"),
        ({"1": {"pause": "\0"}}, "moves.1.pause"),
        ([], "moves"),
        ({"7": {}}, "moves.7"),
    ],
)
def test_maps_that_are_none_are_refused(moves, path):
    in_two_versions()

    for route in ("publish", "migrate", "preview"):
        assert list(
            told(
                post(route, KNOWN | {"moves": moves} if route == "publish" else {"moves": moves}, status=400)
            )
        ) == [path]


def test_preview_tells_where_a_map_would_take_whom():
    in_two_versions()

    found = post("preview", {"moves": {"1": {"pause": None}}}, scope="read")
    into_live = post("preview", {"into": "live"}, scope="read")

    assert found == [{"version": 1, "step": "pause", "inside": 1, "to": None, "stays": False}]
    assert into_live == [{"version": 1, "step": "pause", "inside": 1, "to": None, "stays": True}]
    assert Enrollment.objects.get().standing == "due"


def test_migrate_takes_those_inside_to_the_live_version():
    in_two_versions()
    post("publish", KNOWN)

    (asked,) = post("migrate", {"moves": {"1": {"pause": "rest"}}})

    assert (asked["from_version"], asked["finished_at"]) == (1, None)
    moving.move_versions(NOON)
    assert Enrollment.objects.get().step == "rest"
    post("migrate", {"moves": {"2": {}}}, status=400)


def test_rollback_publishes_an_earlier_version_again():
    in_two_versions()
    post("publish", KNOWN)

    shown = post("rollback", KNOWN | {"version": 1})

    assert shown["live_version"] == 3
    assert Journey.objects.get().live_version.graph["start"] == "pause"
    assert "has no version 9" in post("rollback", KNOWN | {"version": 9}, status=409)["detail"]
    post("rollback", {"version": "x"}, status=400)


def test_diff_tells_what_two_versions_or_the_draft_say_differently():
    in_two_versions()
    api = client("read")

    found = api.get(f"{URL}diff/").json()

    assert found["words"] == [
        "start: pause → rest",
        "Step rest added: Wait: 3 days (same local time)",
        "Step pause removed: Wait: 2 days (same local time)",
    ]
    assert (found["added"], found["changed"]) == (
        [{"id": "rest", "title": "Wait: 3 days (same local time)"}],
        [],
    )
    assert api.get(f"{URL}diff/", {"from": "1", "to": "live"}).json()["words"] == []
    for asked in ({"from": "9"}, {"to": "yesterday"}, {"to": "99999999999"}):
        problem = api.get(f"{URL}diff/", asked)
        assert (problem.status_code, list(told(problem.json()))) == (400, list(asked))


def test_resume_takes_a_length_of_time_and_drain_lets_nobody_in():
    live(PAUSE)

    post("pause")
    for wrong in ("soon", "-P1D", "P99999D", 5.5, {}):
        assert list(told(post("resume", {"older_than": wrong}, status=400))) == ["older_than"]
    assert post("resume", {"older_than": "P2D"})["state"] == "live"
    assert post("drain")["state"] == "draining"
    assert results(client("read").get("/api/v1/journeys/", {"state": "draining"}))[0]["slug"] == "welcome"
    assert post("drain", status=409)["status"] == 409
    assert post("resume")["state"] == "live"


def logged_in(name, **rights):
    person = get_user_model().objects.create_user(name, is_staff=True, **rights)
    api = APIClient()
    api.force_login(person)
    return api


def test_a_key_publishes_not_alone_where_a_second_person_is_asked_for():
    draft(PAUSE)
    PublishingPolicy.objects.create(needs_approval=True)

    assert "needs a second person" in post("publish", KNOWN, status=409)["detail"]
    assert "no person" in post("requests", KNOWN, status=409)["detail"]
    assert post("requests/approve", status=409)["detail"] == "Nobody has asked to publish this journey."


def test_people_ask_approve_and_refuse():
    draft(PAUSE)
    PublishingPolicy.objects.create(needs_approval=True)
    ada, ben = logged_in("ada", is_superuser=True), logged_in("ben", is_superuser=True)

    ask = ada.post(f"{URL}requests/", KNOWN, format="json")
    assert (ask.status_code, ask.json()["state"], ask.json()["asked_by"]) == (200, "open", "ada")
    assert ada.post(f"{URL}requests/approve/").status_code == 409
    assert ben.post(f"{URL}requests/refuse/", {"reason": "Too early"}, format="json").status_code == 200
    ada.post(f"{URL}requests/", KNOWN, format="json")
    approved = ben.post(f"{URL}requests/approve/")

    assert (approved.status_code, approved.json()["state"]) == (200, "live")
    states = [row["state"] for row in results(client("read").get(f"{URL}requests/"))]
    assert states == ["approved", "refused"]


def test_comments_are_said_answered_and_resolved():
    draft(PAUSE)

    first = post("comments", {"step": "pause", "text": "Why two days?"}, "design", 201)
    post(f"comments/{first['id']}/answer", {"text": "The weekend"}, "design", 201)
    api = client("read")
    (thread,) = results(api.get(f"{URL}comments/", {"open": "true"}))
    assert (thread["step"], thread["text"]) == ("pause", "Why two days?")
    assert [answer["text"] for answer in thread["answers"]] == ["The weekend"]
    assert post(f"comments/{first['id']}/resolve", scope="design")["resolved_at"]
    assert results(api.get(f"{URL}comments/", {"open": "true"})) == []
    assert len(results(api.get(f"{URL}comments/"))) == 1

    post("comments", {"step": "nowhere", "text": "Hm"}, "design", 400)
    post("comments", {"step": "pause", "text": ""}, "design", 400)
    post("comments/00000000-0000-0000-0000-000000000000/resolve", scope="design", status=404)


def test_acts_tell_who_did_what():
    draft(PAUSE)
    post("publish", KNOWN)

    acts = results(client("read").get(f"{URL}acts/"))

    assert [(act["what"], act["by"]) for act in acts] == [("published", None), ("created", None)]


def test_an_enrollment_is_moved_and_tells_why_it_stands_there():
    version = live(PAUSE | {"branches": {"next": "rest"}}, REST)
    one = enrolled(version, builders.customer())
    url = f"/api/v1/enrollments/{seal('enrollment', one.pk)}/"

    moved = client("send").post(f"{url}move/", {"step": "rest"}, format="json")

    assert (moved.status_code, moved.json()["step"], moved.json()["visit"]) == (200, "rest", 2)
    assert moved.json()["why"].startswith("Goes on at ")
    missing = client("send").post(f"{url}move/", {"step": "nowhere"}, format="json")
    assert (missing.status_code, list(told(missing.json()))) == (400, ["step"])
    client("send").post(f"{url}exit/", {"reason": "asked"}, format="json")
    assert client("read").get(url).json()["why"] == "Left the journey: asked."
    assert client("send").post(f"{url}move/", {"step": "rest"}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"is_on_hold": True}, "On hold while its journey is paused."),
        ({"is_on_hold": True, "error": "The content 'a' is gone"}, "The content 'a' is gone"),
        ({"standing": "message", "due_at": None}, "Waits until its message was sent, or will not be."),
        (
            {"standing": "event", "awaits": ["Paid"], "due_at": NOON + DAY + HOUR},
            "Waits for the event Paid, at the latest until 4 Mar 2025, 13:00.",
        ),
    ],
)
def test_an_enrollment_tells_what_it_waits_for(fields, why):
    one = enrolled(live(PAUSE), builders.customer(), **fields)

    assert client("read").get(f"/api/v1/enrollments/{seal('enrollment', one.pk)}/").json()["why"] == why
