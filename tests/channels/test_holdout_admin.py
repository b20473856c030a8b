"""The page of the holdout: set, told in words, its history kept."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from channels.models import Holdout

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:channels_holdout_changelist"), reverse("admin:channels_holdout_add")


@pytest.fixture
def person(client):
    made = User.objects.create_superuser("root")
    client.force_login(made)
    return made


def test_setting_it_keeps_what_was(client, person):
    assert "There is no holdout" in client.get(LIST).content.decode()

    for percent in ("10", "12.5"):
        assert client.post(ADD, {"size": percent}).status_code == 302

    rows = Holdout.objects.order_by("id")
    assert [(row.percent, row.set_by, row.until is None) for row in rows] == [
        (10, person, False),
        (12.5, person, True),
    ]
    page = client.get(LIST).content.decode()
    assert "12.5 % of all customers have been in the holdout" in page

    assert client.post(ADD, {"size": "0"}).status_code == 302
    assert "There is no holdout" in client.get(LIST).content.decode()
    assert Holdout.objects.count() == 2


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("percent", ["-1", "101", "ten", ""])
def test_what_is_no_percentage_is_refused(client, percent):
    answer = client.post(ADD, {"size": percent})

    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not Holdout.objects.exists()


@pytest.mark.usefixtures("person")
def test_nothing_to_end_is_no_fault(client):
    assert client.post(ADD, {"size": "0"}).status_code == 302


@pytest.mark.usefixtures("person")
def test_history_is_not_changed(client):
    client.post(ADD, {"size": "10"})
    made = Holdout.objects.get()

    client.post(reverse("admin:channels_holdout_change", args=[made.pk]), {"size": "90"})
    client.post(reverse("admin:channels_holdout_delete", args=[made.pk]), {"post": "yes"})

    assert Holdout.objects.get().percent == 10
