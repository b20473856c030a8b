import pytest
from django.contrib.auth.models import User

from config.undo import undo_of
from customers.models import Membership, Segment
from tests.builders import NOON, customer

pytestmark = pytest.mark.django_db
LIST = "/admin/customers/customer/"


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.fixture(autouse=True)
def friends():
    return Segment.objects.create(slug="friends", name="Friends", kind="list")


def on_list():
    return set(Membership.objects.filter(left_at=None).values_list("customer_id", flat=True))


def post(client, people, operation="append", to="friends"):
    ids = ",".join(str(person.public_id) for person in people)
    return client.post(
        "/admin/customers/listing/", {"list": to, "operation": operation, "customers": ids}, follow=True
    )


def undo(client, page):
    """As the button of the toast does."""
    [message] = page.context["messages"]
    back = undo_of(message.extra_tags)
    return client.post(back["url"], back["fields"], follow=True)


def test_the_action_asks_for_the_list(ada):
    one, two = customer(traits={"name": "One"}), customer(traits={"name": "Two"})

    page = ada.post(LIST, {"action": "put_on_list", "_selected_action": [one.pk, two.pk]}).content.decode()

    assert "2 customers" in page
    assert f"{one.public_id},{two.public_id}" in page
    assert "Friends" in page


def test_without_a_list_the_way_to_make_one_is_shown(ada, friends):
    friends.delete()
    page = ada.post(LIST, {"action": "put_on_list", "_selected_action": [customer().pk]}).content.decode()

    assert "/admin/customers/segment/add/?kind=list" in page


def test_customers_are_put_on_a_list_and_only_those_who_came_are_taken_off_again(ada):
    old, new = customer(), customer()
    post(ada, [old])
    page = post(ada, [old, new])

    assert on_list() == {old.pk, new.pk}
    assert "1 customer is on Friends now." in page.content.decode()
    undo(ada, page)
    assert on_list() == {old.pk}


def test_customers_are_taken_off_a_list_and_put_back(ada):
    one, other = customer(), customer()
    post(ada, [one])
    page = post(ada, [one, other], "remove")

    assert on_list() == set()
    undo(ada, page)
    assert on_list() == {one.pk}


@pytest.mark.parametrize(
    ("operation", "to"),
    [("clear", "friends"), ("replace", "friends"), ("", "friends"), ("append", "rule"), ("append", "x")],
)
def test_bad_input_changes_nothing(ada, operation, to):
    Segment.objects.create(slug="rule", name="Rule")

    answer = post(ada, [customer()], operation, to)

    assert answer.status_code == 200
    assert "Choose customers and a list." in answer.content.decode()
    assert on_list() == set()


def test_names_that_are_none_are_passed_over(ada):
    answer = ada.post(
        "/admin/customers/listing/",
        {"list": "friends", "operation": "append", "customers": "x,\x00,'"},
        follow=True,
    )

    assert answer.status_code == 200
    assert on_list() == set()


def test_an_archived_list_is_not_changed(ada):
    Segment.objects.update(archived_at=NOON)
    post(ada, [customer()])

    assert on_list() == set()
