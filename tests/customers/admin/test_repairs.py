import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from customers.models import RepairSweep
from tests.builders import NOON

pytestmark = pytest.mark.django_db


def test_each_look_at_everybody_is_a_line(client: Client):
    client.force_login(User.objects.create_superuser("admin"))
    RepairSweep.objects.create(started_at=NOON, finished_at=NOON, customers=1234)
    found = {"segment romans": 2, "stage": 1}
    RepairSweep.objects.create(started_at=NOON, customers=200, missing=2, misplaced=1, findings=found)

    shown = client.get(reverse("admin:customers_repairsweep_changelist")).content.decode()

    assert "all true" in shown
    assert "1,234" in shown
    assert "mended" in shown
    assert "romans: 2, stages: 1" in shown
