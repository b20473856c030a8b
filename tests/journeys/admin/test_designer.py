"""The page of the designer, and what its script asks of the server."""

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from benchmarks.designer import BYTES, weight
from journeys import services
from journeys.models import Journey, JourneyAct
from tests.builders import HOUR, NOON, customer
from tests.journeys.builders import draft, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
A, B = (step(name, "wait", {"next": None}, span="P1D") for name in "ab")
HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.fixture
def viewer(client):
    person = User.objects.create_user("vera", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client.force_login(person)
    return client


def url(journey, name="designer"):
    return reverse(f"admin:journey_{name}", args=[journey.pk])


def boot(client, journey):
    page = client.get(url(journey)).content.decode()
    return json.loads(page.split('id="designer-boot" type="application/json">')[1].split("</script>")[0])


def post(client, journey, name, body):
    return client.post(url(journey, name), json.dumps(body), content_type="application/json")


def save(client, journey, drawn, revision, **more):
    return post(client, journey, "save", {"graph": drawn, "revision": revision} | more)


def test_the_page_begins_with_the_journey_and_all_it_can_be_made_of(ada):
    version = live(A)
    services.save_draft(version.journey_id, graph(B))

    told = boot(ada, version.journey)

    assert told["journey"]["slug"] == "welcome"
    assert (told["draft"], told["live"], told["live_version"]) == (graph(B), graph(A), 1)
    assert told["versions"] == [{"number": 1, "published_at": NOON.isoformat()}]
    assert (told["revision"], told["can"]) == (1, {"edit": True, "publish": True, "see_people": True})
    assert {kind["kind"] for kind in told["steps"]} >= {"wait", "send_email", "branch"}
    assert set(told["parts"]) == {"goal", "exit", "holdout"}
    assert told["urls"]["save"] == url(version.journey, "save")
    pages = set(told["urls"]) - {"save", "check", "copy", "look", "walk", "keep_test", "login"}
    assert {name: ada.get(told["urls"][name]).status_code for name in pages} == dict.fromkeys(pages, 200)
    assert set(told["rule_urls"]) == {"vocabulary", "suggestions", "customers", "read", "preview", "explain"}


def test_the_script_and_all_it_imports_are_small():
    assert 100_000 < weight() <= BYTES


def test_the_page_is_one_of_the_journeys_tabs(ada):
    journey = draft(A)

    page = ada.get(reverse("admin:journeys_journey_change", args=[journey.pk])).content.decode()

    assert f'href="{url(journey)}"' in page


def test_whoever_may_not_change_journeys_looks_at_it(viewer):
    journey = draft(A)

    assert boot(viewer, journey)["can"] == {"edit": False, "publish": False, "see_people": False}
    assert save(viewer, journey, graph(B), 0).status_code == 403
    assert post(viewer, journey, "check", {"graph": graph(B)}).status_code == 200
    assert viewer.get(url(journey, "people")).status_code == 403


def test_an_archived_journey_stays_as_it_is(ada):
    journey = draft(A)
    services.archive(journey.pk, NOON)

    assert boot(ada, journey)["can"]["edit"] is False
    refused = save(ada, journey, graph(B), 0)
    assert refused.status_code == 400
    assert "archived" in refused.json()["errors"][0]["message"]


def test_hostile_names_are_only_ever_text(ada):
    journey = draft(A | {"settings": {"span": HOSTILE}})
    journey.name = HOSTILE
    journey.save()

    assert HOSTILE not in ada.get(url(journey)).content.decode()
    told = boot(ada, journey)
    assert (told["journey"]["name"], told["draft"]["steps"][0]["settings"]["span"]) == (HOSTILE, HOSTILE)


def test_saving_keeps_the_draft_and_tells_what_is_wrong_with_it(ada):
    journey = draft(A)
    broken = graph(B | {"branches": {"next": "gone"}})

    answer = save(ada, journey, broken, 0)

    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert [fault["step"] for fault in answer.json()["check"]["faults"]] == ["b"]
    journey.refresh_from_db()
    assert (journey.draft, journey.revision) == (broken, 1)
    assert JourneyAct.objects.filter(journey=journey, what="drafted", by__username="ada").count() == 1


def test_the_second_of_two_who_edit_is_told_who_was_first(ada):
    journey = draft(A)
    services.save_draft(journey.pk, graph(B), User.objects.create_user("eve"))

    answer = save(ada, journey, graph(A, trigger={"kind": "api"}), 0)

    told = answer.json()
    assert (answer.status_code, told["revision"], told["graph"], told["by"]) == (409, 1, graph(B), "eve")
    assert told["at"] == JourneyAct.objects.latest("pk").at.isoformat()
    journey.refresh_from_db()
    assert journey.draft == graph(B)


def test_who_insists_overwrites(ada):
    journey = draft(A)
    services.save_draft(journey.pk, graph(B))
    mine = graph(A, trigger={"kind": "api"})

    answer = save(ada, journey, mine, 0, force=True)

    assert (answer.status_code, answer.json()["revision"]) == (200, 2)


def test_a_save_whose_answer_was_lost_can_be_repeated(ada):
    journey = draft(A)

    first, again = (save(ada, journey, graph(B), 0) for _ in range(2))

    assert (first.json()["revision"], again.status_code, again.json()["revision"]) == (1, 200, 1)


def test_true_is_not_one(ada):
    journey = draft(A)
    services.save_draft(journey.pk, graph(A | {"settings": {"span": 1}}))

    answer = save(ada, journey, graph(A | {"settings": {"span": True}}), 1)

    assert answer.json()["revision"] == 2


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[1]",
        "{",
        '{"graph": {}}',
        '{"graph": {}, "revision": true}',
        '{"graph": [], "revision": 0}',
        '{"graph": {"a": NaN}, "revision": 0}',
        '{"graph": {"a": "\\u0000"}, "revision": 0}',
        '{"graph": {"a": "\\ud800"}, "revision": 0}',
        '{"graph": ' + "[" * 100_000 + "]" * 100_000 + ', "revision": 0}',
        '{"graph": {"a": "' + "x" * 1_000_001 + '"}, "revision": 0}',
        '{"graph": {"a": "' + "x" * 3_000_000 + '"}, "revision": 0}',
    ],
    ids=lambda body: body[:30],
)
def test_what_can_not_be_kept_is_refused_with_the_reason(ada, body):
    journey = draft(A)

    answer = ada.post(url(journey, "save"), body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]
    journey.refresh_from_db()
    assert (journey.draft, journey.revision) == (graph(A), 0)


def test_checking_keeps_nothing(ada):
    journey = draft(A)

    answer = post(ada, journey, "check", {"graph": graph(B)})

    assert answer.json()["branches"] == {"b": ["next"]}
    assert answer.json()["faults"] == []
    assert ada.post(url(journey, "check"), "x", content_type="text/plain").status_code == 400
    journey.refresh_from_db()
    assert journey.draft == graph(A)


def test_look_ups_answer_what_is_there(ada):
    journey = draft(A)

    found = ada.get(url(journey, "look"), {"what": "stages", "q": "adv"}).json()["results"]

    assert [one["value"] for one in found] == ["advocacy"]
    assert ada.get(url(journey, "look"), {"what": "x"}).status_code == 404


def test_numbers_and_people_are_asked_by_day_and_version(ada):
    version = live(A)
    row = enrolled(version, customer(external_id="c-77"), now=NOON)
    asked = {"from": "2025-03-03", "to": "2025-03-03", "version": "1"}

    told = ada.get(url(version.journey, "numbers"), asked).json()
    none = ada.get(url(version.journey, "numbers"), asked | {"from": "2025-03-02", "to": "2025-03-02"}).json()
    page = ada.get(url(version.journey, "people"), asked | {"what": "waiting", "step": "a"}).content.decode()

    assert (told["entered"], told["steps"]["a"]["came"], told["steps"]["a"]["waiting"]) == (1, 1, 1)
    assert (none["entered"], none["steps"]["a"]["came"], none["steps"]["a"]["waiting"]) == (0, 0, 1)
    assert str(row.customer.public_id) in page
    assert "Goes on at" in page
    assert ada.get(url(version.journey, "numbers"), {"version": "2"}).json()["steps"] == {}


@pytest.mark.parametrize(
    "asked", [{"page": "x"}, {"page": "9" * 30}, {"version": "9" * 30}, {"from": "x", "to": "y"}]
)
def test_people_take_any_question(ada, asked):
    version = live(A)
    enrolled(version, customer(), now=NOON - HOUR)

    assert ada.get(url(version.journey, "people"), asked).status_code == 200
    assert ada.get(url(version.journey, "people"), {"what": "secrets"}).status_code == 404


def test_mine_can_be_kept_as_a_copy(ada):
    journey = draft(A)
    long = draft(A, slug="x" * 80)

    urls = [post(ada, journey, "copy", {"graph": graph(B)}).json()["url"] for _ in range(2)]
    post(ada, long, "copy", {"graph": graph(B)})

    copies = Journey.objects.filter(slug__startswith=f"{journey.slug}-copy").order_by("pk")
    assert [copy.slug for copy in copies] == [f"{journey.slug}-copy", f"{journey.slug}-copy-2"]
    assert urls == [url(copy) for copy in copies]
    assert [copy.draft for copy in copies] == [graph(B)] * 2
    assert [copy.name for copy in copies] == [f"{journey.name} (copy)"] * 2
    assert Journey.objects.filter(slug=f"{'x' * 71}-copy").exists()
    journey.refresh_from_db()
    assert journey.draft == graph(A)


def test_notes_of_steps_stand_in_the_draft_and_change_nothing(ada):
    journey = draft(A)
    noted = graph(A | {"note": "ask Ada"})

    answer = save(ada, journey, noted, 0)

    assert answer.json()["check"]["faults"] == []
    services.publish(journey.pk, NOON, acknowledged=None)
