import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from customers.models import StageMove
from insights.readings import take_readings
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("config.clock.now", lambda: NOON)
    for days in range(1, 6):
        since = NOON - 200 * DAY
        person = customer(stage="discovery", seen_at=since + days * DAY, traits={"name": f"P{days}"})
        StageMove.objects.create(customer=person, to_stage_id=3, moved_at=since)
        StageMove.objects.create(
            customer=person,
            from_stage_id=3,
            to_stage_id=2,
            moved_at=since + days * DAY,
            from_since=since,
        )
    customer(stage="interest", seen_at=NOON - 10 * DAY, traits={"name": "Ada"})
    client.force_login(User.objects.create_superuser("ada"))
    return client


def page(admin: Client, name: str, **asked: object) -> str:
    return " ".join(admin.get(reverse(f"admin:{name}"), asked).content.decode().split())


def test_flow_draws_the_returns_as_their_own_ends(admin: Client) -> None:
    shown = page(admin, "stage_flow", days=365)

    assert "10 moves, 5 of them returns" in shown
    assert "interest → discovery: 5 (83 %, 3 days)" in shown
    assert "↩ 2 discovery" in shown


def test_flow_of_chosen_days_and_of_days_that_are_none(admin: Client) -> None:
    first = (NOON - 200 * DAY).date()
    chosen = page(admin, "stage_flow", **{"from": first, "to": first + 2 * DAY})
    wrong = page(admin, "stage_flow", **{"from": "2025-02-31", "to": "x"})

    assert "7 moves, 2 of them returns" in chosen
    assert f'value="{first}"' in chosen
    assert "Nobody moved in this time." in wrong


def test_barriers_lead_to_who_stands_there_for_longer(admin: Client) -> None:
    shown = page(admin, "stage_barriers")
    people = admin.get(
        reverse("admin:customers_customer_changelist"), {"stage": 3, "longer": 3 * 24 * 60}
    ).content.decode()

    assert "?stage=3&amp;longer=4320" in shown
    assert "Ways onward" in shown
    assert ">Ada<" in people
    assert ">P1<" not in people


@pytest.mark.parametrize(
    ("name", "asked"), [("stage_barriers", {"days": 180}), ("stage_cohorts", {"within": 7})]
)
def test_what_a_sweep_found_is_shown_as_it_was_with_its_age(
    admin: Client, monkeypatch: pytest.MonkeyPatch, name: str, asked: dict[str, int]
) -> None:
    before = page(admin, name, **asked)
    take_readings(NOON)
    customer(stage="interest", seen_at=NOON - 100 * DAY)
    monkeypatch.setattr("config.clock.now", lambda: NOON + HOUR)

    after = page(admin, name, **asked)

    def main(shown: str) -> str:
        return shown[shown.index("s-lead") : shown.rindex("</section>")]

    assert "Just now" in main(before)
    assert main(after).replace("1 hour ago", "Just now") == main(before)


@pytest.mark.parametrize("longer", ["x", "-1", "99999999999", ""])
def test_a_length_of_time_that_is_none_filters_nothing(admin: Client, longer: str) -> None:
    people = admin.get(reverse("admin:customers_customer_changelist"), {"longer": longer})

    assert people.status_code == 200
    assert ">P1<" in people.content.decode()


def test_cohorts_show_the_months(admin: Client) -> None:
    shown = page(admin, "stage_cohorts", within=90)

    assert "August 2024" in shown
    assert "not over yet" in shown
