"""A journey is downloaded as a file and taken in again by hand."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from journeys.models import Journey
from tests.journeys.builders import draft, step

pytestmark = pytest.mark.django_db
URL = "/admin/journeys/import/"


def take_in(browser, text, name="welcome.yaml"):
    answer = browser.post(URL, {"file": SimpleUploadedFile(name, text)}, follow=True)
    return answer.content.decode()


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_journey_goes_out_and_in(admin_client, form):
    journey = draft(step("pause", "wait", span="P2D"))

    answer = admin_client.get(f"/admin/journeys/{journey.pk}/file.{form}")
    same = take_in(admin_client, answer.content, f"a.{form}")
    other = take_in(admin_client, answer.content.replace(b"welcome", b"other"), f"a.{form}")

    assert f'filename="welcome.{form}"' in answer["Content-Disposition"]
    assert "as the file says already" in same
    assert "made as a draft" in other
    assert set(Journey.objects.values_list("slug", flat=True)) == {"welcome", "other"}


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        (b"{", "a.json", "line 1"),
        (b"a: *b", "a.yaml", "aliases are not read"),
        (b"\xff\xfe", "a.yaml", "UTF-8"),
        (b"{}", "a.txt", "ends in .yaml or .json"),
        (b"", "a.yaml", "empty"),
    ],
)
def test_file_that_is_no_journey_is_told(admin_client, text, name, told):
    assert told in take_in(admin_client, text, name)
    assert not Journey.objects.exists()


def test_other_notation_is_not_there(admin_client):
    journey = draft(step("pause", "wait", span="P2D"))

    assert admin_client.get(f"/admin/journeys/{journey.pk}/file.xml").status_code == 404
