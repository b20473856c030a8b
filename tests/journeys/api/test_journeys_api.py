import pytest

from channels.models import Content, ContentText
from config.api.opaque import seal
from journeys.models import Enrollment, Journey
from tests.builders import NOON, customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/journeys/"
WELCOME = {
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "wait",
    "steps": [{"id": "wait", "kind": "wait", "settings": {"span": "P1D"}, "branches": {}}],
}


def make(draft=None, **fields):
    body = {"slug": "welcome", "name": "Welcome", "serves": "action", "leads_to": "use"}
    return client("design").post(
        URL, body | {"draft": WELCOME if draft is None else draft} | fields, format="json"
    )


def do(action, slug="welcome", **body):
    api = client("send")
    if action == "publish" and not body:
        found = api.post(f"{URL}{slug}/validate/").json()
        body = {"acknowledged": [warning["key"] for warning in found["warnings"]]}
    return api.post(f"{URL}{slug}/{action}/", body, format="json")


def test_journey_goes_through_its_states():
    states = [make().json()["state"]]

    for action in ("publish", "pause", "resume", "archive", "restore", "archive"):
        response = do(action)
        assert response.status_code == 200, response.content
        states.append(response.json()["state"])

    assert states == ["draft", "live", "paused", "live", "archived", "draft", "archived"]
    assert do("publish").status_code == 409


def test_versions_are_kept():
    make()
    do("publish")
    client("design").patch(f"{URL}welcome/", {"draft": WELCOME, "name": "Hello"}, format="json")
    assert do("publish").json()["live_version"] == 2

    versions = results(client("read").get(f"{URL}welcome/versions/"))

    assert [(version["number"], version["graph"]) for version in versions] == [(2, WELCOME), (1, WELCOME)]


def test_graph_that_is_broken_is_told_by_step_and_field():
    broken = WELCOME | {"steps": [WELCOME["steps"][0] | {"settings": {"span": "soon"}}]}
    make(broken)

    looked_over = client("read").post(f"{URL}welcome/validate/").json()["errors"]
    published = do("publish")

    assert [error["path"] for error in looked_over] == ["steps.wait.settings.span"]
    assert (published.status_code, published.json()["errors"][0]["path"]) == (
        400,
        "draft.steps.wait.settings.span",
    )
    assert Journey.objects.get().state == "draft"


def test_graph_is_looked_over_before_it_is_kept():
    api = client("read")

    found = api.post(f"{URL}validate/", {"draft": WELCOME}, format="json").json()
    assert (found["errors"], [warning["key"] for warning in found["warnings"]]) == (
        [],
        ["no_goal", "open_end:steps.wait"],
    )
    assert api.post(f"{URL}validate/", {"draft": {}}, format="json").json()["errors"]
    assert Journey.objects.count() == 0


def test_taken_slug_is_refused():
    make()

    response = make()

    assert (response.status_code, [error["path"] for error in response.json()["errors"]]) == (400, ["slug"])


def test_steps_tell_their_settings():
    told = client("read").get(f"{URL}steps/").json()

    assert "span" in told["wait"]["properties"]


def inside(slug="welcome"):
    make(slug=slug)
    do("publish", slug)
    journey = Journey.objects.get(slug=slug)
    return Enrollment.objects.create(
        version=journey.live_version,
        journey=journey,
        customer=customer(),
        step="wait",
        reached_at=NOON,
        due_at=NOON,
        entered_at=NOON,
    )


def test_counts_tell_who_stands_where():
    inside()
    api = client("read")

    (wait,) = api.get(f"{URL}welcome/counts/").json()

    assert {key: wait[key] for key in ("step", "entered", "inside", "passed")} == {
        "step": "wait",
        "entered": 1,
        "inside": 1,
        "passed": 0,
    }
    assert api.get(f"{URL}welcome/counts/", {"version": 2}).json() == []


def test_enrollments_are_filtered_and_exited():
    one = inside()
    api = client("send")
    url = "/api/v1/enrollments/"

    found = results(
        api.get(url, {"journey": "welcome", "customer": one.customer.public_id, "standing": "due"})
    )
    left = api.post(f"{url}{seal('enrollment', one.pk)}/exit/", {"reason": "asked"}, format="json").json()

    assert [row["id"] for row in found] == [str(seal("enrollment", one.pk))]
    assert (left["standing"], left["exit_reason"]) == ("ended", "asked")
    assert results(api.get(url, {"standing": "due"})) == []
    assert len(results(api.get(f"/api/v1/customers/{one.customer.public_id}/enrollments/"))) == 1


def test_who_is_parked_is_found_and_goes_on():
    rows = [inside("welcome"), inside("other")]
    Enrollment.objects.update(is_on_hold=True, attempts=5, error="seven is nine")
    api, url = client("send"), "/api/v1/enrollments/"
    assert len(results(api.get(url, {"is_parked": "true"}))) == 2

    retried = api.post(f"{url}{seal('enrollment', rows[0].pk)}/retry/").json()

    assert (retried["is_on_hold"], retried["attempts"], retried["error"]) == (False, 0, "")
    assert [row["journey"] for row in results(api.get(url, {"is_parked": "true"}))] == ["other"]
    assert [row["journey"] for row in results(api.get(url, {"is_parked": "false"}))] == ["welcome"]
    assert do("retry", "other").json() == {"retried": 1}
    assert results(api.get(url, {"is_parked": "true"})) == []


def test_who_waits_for_what_is_gone_is_found():
    one = inside()
    Enrollment.objects.update(is_on_hold=True, lacks="content:hello", error="it is gone")

    found = results(client("read").get("/api/v1/enrollments/", {"lacks": "content:hello"}))

    assert [row["id"] for row in found] == [str(seal("enrollment", one.pk))]
    assert results(client("read").get("/api/v1/enrollments/", {"lacks": "content:other"})) == []


def test_journey_that_names_a_content_that_is_not_there_is_refused():
    step = {"id": "say", "kind": "send_sms", "settings": {"content": "hello"}, "branches": {}}
    make(WELCOME | {"start": "say", "steps": [step]})

    assert do("publish").json()["errors"][0]["path"] == "draft.steps.say.settings.content"

    ContentText.objects.create(
        content=Content.objects.create(slug="hello", name="Hello", channel="sms"), language="en", body="Hello"
    )
    assert do("publish").json()["state"] == "live"
