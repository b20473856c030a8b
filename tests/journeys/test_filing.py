"""Journeys out to files and in again, and their tests run from files: what CI does."""

import json
import xml.etree.ElementTree as ET
from importlib.resources import files
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from channels.models import Channel
from channels.secrets import seal
from journeys import kept, services
from journeys.files import FileError, read
from journeys.filing import import_journey
from journeys.models import Journey, JourneyVersion, KeptTest
from journeys.publishing import publish
from sandbox.shop import open_shop
from tests.builders import NOON
from tests.clients import client
from tests.journeys.builders import content, draft, step

pytestmark = pytest.mark.django_db
TERMS = {
    "person": {"identities": {"email": "anna@example.com"}, "consents": [{"channel": "email"}]},
    "starts_at": NOON.isoformat(),
    "inputs": [{"kind": "event", "event": "Order Completed"}],
}


@pytest.fixture
def journey():
    nowhere = seal({"path": "nowhere"})
    Channel.objects.create(kind="email", provider="journal", settings=nowhere, sender="S <s@example.com>")
    content("hello")
    made = draft(step("letter", "send_email", content="hello"))
    kept.save_test(made, "of Anna", TERMS, {"messages": [{"step": "letter", "state": "sent"}]})
    return made


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def rows():
    """All that files keep of journeys."""
    fields = ("slug", "name", "description", "serves", "leads_to", "draft")
    return [
        list(Journey.objects.order_by("slug").values_list(*fields)),
        list(KeptTest.objects.order_by("journey__slug", "name").values_list("name", "terms", "expects")),
    ]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_round_trip_of_the_samples_journeys_changes_nothing(tmp_path, form):
    open_shop(NOON)
    before, versions = rows(), JourneyVersion.objects.count()

    run("export_journeys", str(tmp_path), "--format", form)
    texts = {path.name: path.read_text() for path in tmp_path.iterdir()}
    again = run("import_journeys", str(tmp_path), "--publish")
    run("export_journeys", str(tmp_path), "--format", form)

    assert len(texts) == len(list(files("sandbox.sample").joinpath("shop/journeys").iterdir()))
    assert {line.split(": ")[1] for line in again.splitlines()} == {"unchanged"}
    assert rows() == before
    assert JourneyVersion.objects.count() == versions
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == texts


@pytest.mark.usefixtures("journey")
def test_journeys_of_files_are_made_and_changed(tmp_path):
    run("export_journeys", str(tmp_path), "welcome")
    before = rows()
    KeptTest.objects.all().delete()
    Journey.objects.all().delete()

    created = run("import_journeys", str(tmp_path))
    path = tmp_path / "welcome.yaml"
    path.write_text(path.read_text().replace("name: welcome", "name: Welcome").replace("hello", "hallo"))
    changed = run("import_journeys", str(path))

    made = Journey.objects.get()
    assert created == "welcome: created\n"
    assert changed == "welcome: changed; it needs contents that are not there: hallo\n"
    assert (made.state, made.name, made.live_version) == ("draft", "Welcome", None)
    assert rows()[1] == before[1]


@pytest.mark.usefixtures("journey")
def test_import_publishes_only_where_it_is_asked_to_and_may(tmp_path):
    run("export_journeys", str(tmp_path))
    published = run("import_journeys", str(tmp_path), "--publish")
    path = tmp_path / "welcome.yaml"
    path.write_text(path.read_text().replace("state: sent", "state: failed"))

    assert published == "welcome: unchanged, published as version 1\n"
    assert run("import_journeys", str(tmp_path)) == "welcome: changed\n"
    assert run("import_journeys", str(tmp_path), "--publish") == "welcome: unchanged\n"
    path.write_text(path.read_text().replace("content: hello", "content: gone"))
    with pytest.raises(CommandError, match="there is no content 'gone'"):
        run("import_journeys", str(tmp_path), "--publish")


@pytest.mark.usefixtures("journey")
def test_bad_files_are_told_all_at_once_and_nothing_is_stored(tmp_path):
    run("export_journeys", str(tmp_path), "--format", "json")
    good = json.loads((tmp_path / "welcome.json").read_text())
    (tmp_path / "other.json").write_text(json.dumps(good | {"journey": "other", "draft": 7}))
    (tmp_path / "third.yaml").write_text("{")
    (tmp_path / "twice.json").write_text(json.dumps(good))

    with pytest.raises(CommandError) as told:
        run("import_journeys", str(tmp_path))

    assert [line.split(": ")[0] for line in str(told.value).splitlines()][:3] == [
        "other.json.draft",
        "third.yaml",
        "welcome.json.journey",
    ]
    assert Journey.objects.count() == 1


@pytest.mark.usefixtures("journey")
@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"serves": "nowhere"}, "serves"),
        ({"tests": [{"name": "a", "terms": {}, "expects": {}}]}, "tests.0.terms.starts_at"),
        ({"tests": [{"name": "a", "terms": TERMS, "expects": {}}] * 2}, "tests"),
    ],
)
def test_file_that_cannot_be_stored_changes_nothing(more, path):
    said = {"journey": "new", "name": "New", "serves": "action", "leads_to": "use", "draft": {}}

    with pytest.raises(FileError) as told:
        import_journey(read(json.dumps(said | more), "json"), NOON)

    assert told.value.errors[0]["path"] == path
    assert list(Journey.objects.values_list("slug", flat=True)) == ["welcome"]


def test_archived_journey_is_left_alone(journey):
    services.archive(journey.pk, NOON)
    said = {"journey": "welcome", "name": "New", "serves": "action", "leads_to": "use", "draft": {}}

    with pytest.raises(services.JourneyStateError):
        import_journey(read(json.dumps(said), "json"), NOON)


def test_kept_tests_are_run_for_ci(tmp_path, journey):
    junit = tmp_path / "report.xml"

    assert run("test_journeys", "--junit", str(junit)) == "ok  welcome: of Anna\n1 tests, 0 failed\n"
    kept.save_test(journey, "of Anna", TERMS, {"messages": []})
    with pytest.raises(SystemExit) as ended:
        run("test_journeys", "welcome", "--junit", str(junit))

    suite = ET.parse(junit).getroot()[0]  # noqa: S314 - our own
    assert ended.value.code == 1
    assert (suite.get("name"), suite.get("failures")) == ("welcome", "1")
    assert suite[0][0].text == "messages expected: 0; there are 1: letter (sent)"
    with pytest.raises(CommandError, match="no journey other"):
        run("test_journeys", "other")


@pytest.mark.usefixtures("journey")
def test_kept_tests_of_files_are_run_without_their_journeys(tmp_path):
    run("export_journeys", str(tmp_path))
    KeptTest.objects.all().delete()
    Journey.objects.all().delete()

    assert run("test_journeys", "--file", str(tmp_path)) == "ok  welcome: of Anna\n1 tests, 0 failed\n"
    path = tmp_path / "welcome.yaml"
    path.write_text(path.read_text().replace("content: hello", "content: gone"))
    with pytest.raises(SystemExit):
        run("test_journeys", "--file", str(tmp_path))
    assert not Journey.objects.exists()


def test_journey_goes_out_and_in_over_the_api(journey):
    publish(journey.pk, NOON)
    api = client("design", "read")

    told = api.get("/api/v1/journeys/welcome/export/").json()
    same = api.post("/api/v1/journeys/import/", told, format="json").json()
    other = told | {"text": told["text"].replace("journey: welcome", "journey: other")}
    new = api.post("/api/v1/journeys/import/", other, format="json").json()
    bad = api.post("/api/v1/journeys/import/", {"text": "a: *b"}, format="json")
    as_json = api.get("/api/v1/journeys/other/export/?notation=json").json()

    assert same == {"journey": "welcome", "outcome": "unchanged", "missing": []}
    assert new["outcome"] == "created"
    assert bad.status_code == 400
    assert bad.json()["errors"][0]["path"] == "file"
    assert json.loads(as_json["text"])["journey"] == "other"
    assert api.get("/api/v1/journeys/other/export/?notation=xml").status_code == 400
