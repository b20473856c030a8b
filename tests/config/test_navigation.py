import pytest
from django.test import RequestFactory

from config.navigation import sidebar
from config.tabs import tabs
from tests.people import person

pytestmark = pytest.mark.django_db


def asked_by(role: str):
    request = RequestFactory().get("/admin/")
    request.user = person(role)
    return request


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("viewer", {"Inbox"}),
        ("marketer", {"Inbox"}),
        ("campaign_manager", {"Inbox", "Publishing", "Repairs"}),
        ("approver", {"Inbox", "Publishing"}),
        ("integrator", {"First steps", "Inbox", "Sources", "API keys", "API reference", "Sweeps", "Repairs"}),
        (
            "administrator",
            {
                "First steps",
                "Inbox",
                "Sources",
                "Publishing",
                "API keys",
                "API reference",
                "Sweeps",
                "Repairs",
                "People who log in",
            },
        ),
    ],
)
def test_sidebar_links_to_what_the_role_may_open(role, links):
    group = next(group for group in sidebar(asked_by(role)) if group.get("title") == "Installation")

    assert {str(item["title"]) for item in group["items"]} == links


def test_tabs_are_those_that_the_role_may_open():
    shown = [[str(item["title"]) for item in group["items"]] for group in tabs(asked_by("campaign_manager"))]

    assert shown == [
        ["Caps", "Quiet hours", "Holdout"],
        ["Topics", "Suppressions"],
        ["Identifiers", "Traits"],
        [],
        [],
    ]
