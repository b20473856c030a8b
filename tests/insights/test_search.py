import json
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from channels.models import Message
from customers.models import Segment
from customers.privacy import erase_customers
from insights.models import RecentItem
from insights.recent import KEPT, recent_items, remember
from tests.builders import HOUR, NOON, customer
from tests.channels.rows import content
from tests.journeys.builders import draft, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def asked(client: Client, boss: User):
    client.force_login(boss)
    return client


def found(client: Client, term: str) -> dict[str, list[str]]:
    answer = client.get("/admin/search/", {"q": term})
    assert answer.status_code == 200
    return {
        group["name"]: [item["title"] for item in group["items"]]
        for group in json.loads(answer.content)["groups"]
    }


def everything():
    ada = customer(email="ada@example.com", traits={"name": "Ada Rossi"}, stage="use")
    journey = draft(step("a", "wait", {"next": None}, span="P1D"), slug="welcome-back")
    Segment.objects.create(slug="welcomed", name="Welcomed lately")
    content(slug="hello")
    message = Message.objects.create(customer=ada, channel="sms", source="api", source_id=1, created_at=NOON)
    message.refresh_from_db()
    return ada, journey, message


def test_customers_are_found_by_the_beginning_of_an_identity_and_by_name(asked):
    everything()

    assert found(asked, "ada@ex")["Customers"] == ["Ada Rossi"]
    assert found(asked, "ADA@EX")["Customers"] == ["Ada Rossi"]
    assert found(asked, "ros ada")["Customers"] == ["Ada Rossi"]
    assert "Customers" not in found(asked, "nobody")


def test_other_rows_are_found_by_their_names_and_keys_and_messages_by_id(asked):
    _ada, journey, message = everything()

    by_word = found(asked, "welcome")
    assert (by_word["Journeys"], by_word["Segments"]) == ([str(journey)], ["Welcomed lately"])
    assert found(asked, "hello")["Contents"] == ["Hello"]
    assert found(asked, str(message.public_id))["Messages"] == [f"{message} · SMS"]


def test_customer_is_found_by_public_id(asked):
    ada, *_ = everything()

    assert found(asked, str(ada.public_id)) == {"Customers": ["Ada Rossi"]}
    assert found(asked, str(UUID(int=1))) == {}


def test_acts_and_pages_are_found_by_their_words(asked):
    assert found(asked, "new jour") == {"Do": ["New journey"]}
    assert found(asked, "quiet") == {}
    assert found(asked, "segments") == {"Do": ["Compare two segments"], "Go to": ["Segments"]}


def test_nothing_typed_offers_what_was_opened_last_first(asked):
    ada, journey, _message = everything()
    for path in (f"/admin/customers/{ada.public_id}/", f"/admin/journeys/journey/{journey.pk}/change/"):
        assert asked.get(path).status_code == 200

    offered = found(asked, "")

    assert list(offered) == ["Recently opened", "Do", "Go to"]
    assert offered["Recently opened"] == [str(journey), "Ada Rossi"]


def test_only_what_a_person_may_see_is_found_and_offered(client):
    ada, journey, _message = everything()
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client.force_login(viewer)
    remember(viewer.pk, "customer", ada.pk, NOON)
    remember(viewer.pk, "journey", journey.pk, NOON)

    assert found(client, "ada@example.com") == {}
    assert found(client, "welcome") == {"Journeys": [str(journey)]}
    assert found(client, "")["Recently opened"] == [str(journey)]
    assert "Do" not in found(client, "")


@pytest.mark.parametrize("term", ["\x00", "%", "a" * 5000, "'; drop", "<script>", "\u202e", "_" * 40])
def test_hostile_terms_find_nothing(asked, term):
    everything()

    assert set(found(asked, term)) <= {"Do", "Go to", "Recently opened"}


def test_strangers_are_asked_to_log_in(client):
    assert client.get("/admin/search/?q=ada").status_code == 302


def test_a_search_asks_as_many_queries_for_a_hundred_customers_as_for_one(asked):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            found(asked, "c")
            found(asked, "person")
        return len(caught)

    customer(external_id="person1")
    once = queries()
    for number in range(100):
        customer(external_id=f"person1{number}")

    assert queries() == once


def test_recent_items_are_few_newest_first_and_forget_what_is_gone(boss):
    people = [customer(traits={"name": f"P{number}"}) for number in range(KEPT + 5)]
    for number, person in enumerate(people):
        remember(boss.pk, "customer", person.pk, NOON + number * HOUR)
    remember(boss.pk, "customer", people[10].pk, NOON + 100 * HOUR)
    people[-1].delete()

    titles = [item.title for item in recent_items(boss.pk, boss.has_perm)]

    assert titles == ["P10", "P23", "P22", "P21", "P20", "P19", "P18", "P17"]
    assert RecentItem.objects.count() == KEPT


def test_pages_that_fail_are_not_remembered(asked):
    asked.get("/admin/journeys/journey/99/change/")
    asked.get(f"/admin/customers/{UUID(int=5)}/")

    assert not RecentItem.objects.exists()


def test_who_is_erased_is_no_recent_item_any_more(boss):
    erased, other = customer(), customer()
    for person in (erased, other):
        remember(boss.pk, "customer", person.pk, NOON)
    remember(boss.pk, "journey", erased.pk, NOON)  # the same number of something else

    erase_customers([erased.pk], NOON)

    assert set(RecentItem.objects.values_list("kind", "number")) == {
        ("customer", other.pk),
        ("journey", erased.pk),
    }
