from datetime import timedelta

import pytest

from customers.models import Event, SeenMessage
from customers.seen import forget_seen
from tests.builders import NOON
from tests.customers.calls import call, receive

pytestmark = pytest.mark.django_db


def test_forget_seen_forgets_ids_after_48_hours():
    receive(call(external_id="u1", message_id="m"))

    assert forget_seen(NOON + timedelta(hours=47)) == 0
    assert forget_seen(NOON + timedelta(hours=49)) == 1
    assert SeenMessage.objects.count() == 0


def test_an_id_takes_effect_again_once_it_is_forgotten():
    receive(call(external_id="u1", message_id="m"), call(external_id="u1", message_id="m"))
    assert Event.objects.filter(name="Product Viewed").count() == 1

    forget_seen(NOON + timedelta(hours=49))
    receive(call(external_id="u1", message_id="m"))

    assert Event.objects.filter(name="Product Viewed").count() == 2
