import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from config.csp import HEADER
from config.pages import site

PAGES = {
    "customer": {"public_id": "00000000-0000-0000-0000-000000000000"},
    "customer_stage": {"public_id": "00000000-0000-0000-0000-000000000000"},
    "stage_flow": {},
    "stage_barriers": {},
    "stage_cohorts": {},
    "stage_versions": {},
    "stage_version_new": {},
    "stage_version": {"version_id": 1},
    "stage_version_try": {"version_id": 1},
    "customer_timeline": {"public_id": "00000000-0000-0000-0000-000000000000"},
    "message_preview": {"message_id": 1},
    "rule_vocabulary": {},
    "rule_suggestions": {},
    "rule_customers": {},
    "rule_read": {},
    "rule_preview": {},
    "rule_explain": {},
    "segment_move": {"segment_id": 1},
    "segment_members": {"segment_id": 1},
    "segment_difference": {"segment_id": 1},
    "segment_export": {"segment_id": 1},
    "segment_overlap": {},
    "segment_ready": {},
    "segment_take": {},
    "content_preview": {"content_id": 1},
    "journey_move": {"journey_id": 1},
    "broadcast_move": {"broadcast_id": 1},
    "inbox": {},
    "inbox_shown": {"number": 1},
}


def test_each_page_is_tried_here() -> None:
    assert {page.name for page in site().extra_urls()} == set(PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_page_asks_strangers_to_log_in(client: Client, name: str) -> None:
    answer = client.post(reverse(f"admin:{name}", kwargs=PAGES[name]))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_page_refuses_people_without_the_right(client: Client, name: str) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.post(reverse(f"admin:{name}", kwargs=PAGES[name])).status_code == 403


@pytest.mark.django_db
def test_eval_is_allowed_under_the_admin_only(client: Client) -> None:
    inside, outside = client.get(reverse("admin:login")), client.get("/m/u/none")

    assert "'unsafe-eval'" in inside[HEADER]
    assert "'unsafe-eval'" not in outside[HEADER]
    assert "'unsafe-inline'" not in inside[HEADER].split("script-src")[1].split(";")[0]
