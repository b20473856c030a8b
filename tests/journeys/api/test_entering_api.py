import pytest

from customers.models import Identity
from journeys import services
from journeys.models import Enrollment
from tests import builders
from tests.clients import client
from tests.journeys.builders import draft, live, step

pytestmark = pytest.mark.django_db
URL = "/api/v1/journeys/welcome/"
PAUSE = step("pause", "wait", span="P2D")
BY_API = {"kind": "api"}
BY_KEY = {"kind": "api", "entry": {"policy": "per_key", "key": "appointment"}}


def post(body, status=200, asker=None, **headers):
    response = (asker or client("send")).post(f"{URL}trigger/", body, format="json", headers=headers)
    assert response.status_code == status, response.content
    return response.json()


def named(address):
    customer = builders.customer()
    Identity.objects.create(customer=customer, kind="email", value=address, created_at=builders.NOON)
    return customer


def test_customers_enter_together_with_the_same_data_and_each_refusal_is_told():
    live(PAUSE, trigger=BY_API)
    one, two = named("one@example.com"), named("two@example.com")
    names = ["email:one@example.com", str(two.public_id), "email:nobody@example.com"]

    told = post({"customers": names, "data": {"room": 7}})

    assert (told["entered"], told["refused"]) == (2, {"unknown": 1})
    assert told["rows"] == [{"place": 2, "reason": "unknown", "message": "nobody is known by this name"}]
    entered = Enrollment.objects.order_by("customer")
    assert [row.customer_id for row in entered] == [one.pk, two.pk]
    assert [row.context["properties"] for row in entered] == [{"room": 7}] * 2
    again = post({"customers": names[:1]})
    assert (again["entered"], again["rows"][0]["reason"]) == (0, "policy")


def test_each_may_have_data_and_a_key_of_their_own():
    live(PAUSE, trigger=BY_KEY)
    named("one@example.com")

    told = post(
        [
            {"customer": "email:one@example.com", "data": {"appointment": "a"}},
            {"customer": "email:one@example.com", "key": "b"},
            {"customer": "email:one@example.com", "key": "b"},
        ]
    )

    assert (told["entered"], told["refused"]) == (2, {"policy": 1})
    assert sorted(Enrollment.objects.values_list("key", flat=True)) == ["a", "b"]


def test_a_key_without_use_is_refused_with_its_place():
    live(PAUSE, trigger=BY_API)
    named("one@example.com")

    problem = post([{"customer": "email:one@example.com", "key": "b"}], 400)

    assert [one["path"] for one in problem["errors"]] == ["0.key"]
    assert not Enrollment.objects.exists()


def test_the_same_idempotency_key_lets_in_once():
    live(PAUSE, trigger={"kind": "api", "entry": {"policy": "again"}})
    named("one@example.com")
    body = {"customers": ["email:one@example.com"]}
    asker = client("send")
    first = post(body, asker=asker, **{"Idempotency-Key": "k1"})
    services.exit_enrollments(list(Enrollment.objects.values_list("pk", flat=True)), "over", builders.NOON)

    again = post(body, asker=asker, **{"Idempotency-Key": "k1"})

    assert again == first
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize("body", [{}, [], {"customers": []}, [{"data": {}}], {"customers": ["x"], "data": 3}])
def test_what_names_nobody_is_refused(body):
    live(PAUSE, trigger=BY_API)

    assert post(body, 400)["errors"]


def test_a_draft_a_paused_journey_and_one_with_another_trigger_let_nobody_in():
    journey = draft(PAUSE, trigger=BY_API)
    body = {"customers": ["email:one@example.com"]}
    assert "draft" in post(body, 409)["detail"]
    services.publish(journey.pk, builders.NOON)
    services.pause(journey.pk)
    assert "paused" in post(body, 409)["detail"]


def test_another_trigger_takes_nobody_by_the_api():
    live(PAUSE)

    assert "trigger 'event'" in post({"customers": ["email:one@example.com"]}, 409)["detail"]


def test_entries_tell_who_came_day_by_day():
    live(PAUSE, trigger=BY_API)
    named("one@example.com")
    post({"customers": ["email:one@example.com"]})
    post({"customers": ["email:one@example.com"]})

    (today,) = client("read").get(f"{URL}entries/").json()

    assert (today["entered"], today["turned_away"]) == (1, {"policy": 1})
