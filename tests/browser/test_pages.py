"""Every page opens: no error, no request to anywhere else, light and dark, English and Italian."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Installation, Visit, Visiting, note_error

pytestmark = pytest.mark.browser

OURS = [  # those that unfold does not draw
    "/admin/",
    "/admin/customers/{customer}/",
    "/admin/customers/segment/1/change/",
    "/admin/customers/segment/3/change/",
    "/admin/segments/ready/",
    "/admin/segments/overlap/?one=regulars&other=recent",
    "/admin/customers/stage/",
    "/admin/stages/flow/",
    "/admin/stages/barriers/",
    "/admin/stages/cohorts/",
    "/admin/stages/versions/1/",
    "/admin/journeys/journey/",
    "/admin/journeys/journey/1/change/",
    "/admin/journeys/new/",
    "/admin/journeys/new/cart-reminder/",
    "/admin/journeys/1/",
    "/admin/journeys/1/publish/",
    "/admin/journeys/1/versions/",
    "/admin/journeys/1/comments/",
    "/admin/journeys/1/history/",
    "/admin/journeys/1/goals/",
    "/admin/journeys/1/tests/",
    "/admin/journeys/1/simulation/",
    "/admin/journeys/import/",
    "/admin/channels/holdout/",
    "/admin/api/",
    "/admin/channels/message/{message}/change/",
    "/admin/channels/channel/",
    "/admin/inbox/",
    "/admin/settings/",
]
PAGES = [
    *OURS,
    "/admin/?days=365",
    "/admin/customers/customer/",
    "/admin/customers/segment/",
    "/admin/customers/segment/1/change/?days=365",
    "/admin/customers/segment/?archived=all",
    "/admin/customers/segment/add/",
    "/admin/customers/segment/add/?kind=list",
    "/admin/segments/overlap/",
    "/admin/customers/stage/6/change/",
    "/admin/stages/flow/?days=365",
    "/admin/stages/versions/",
    "/admin/journeys/journey/add/",
    "/admin/journeys/publishingpolicy/",
    "/admin/campaigns/broadcast/",
    "/admin/campaigns/broadcast/1/change/",
    "/admin/campaigns/broadcast/add/",
    "/admin/channels/message/",
    "/admin/channels/cap/",
    "/admin/channels/cap/1/change/",
    "/admin/channels/quiethours/",
    "/admin/channels/content/",
    "/admin/channels/content/1/change/",
    "/admin/channels/content/add/",
    "/admin/channels/channel/email/change/",
    "/admin/inbox/?kind=sms",
    "/admin/customers/source/",
    "/admin/customers/topic/",
    "/admin/customers/suppression/",
    "/admin/customers/inboxrow/",
    "/admin/customers/inboxrow/1/change/",
    "/admin/config/apikey/",
    "/admin/config/apikey/add/",
    "/admin/django_celery_beat/periodictask/",
    "/admin/django_celery_beat/periodictask/add/",
    "/admin/django_celery_beat/intervalschedule/",
    "/admin/customers/repairsweep/",
    "/admin/auth/user/",
    "/admin/auth/user/1/change/",
]


OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAMELESS = """[...document.querySelectorAll("#content :is(input, select, textarea, button)")]
    .filter(one => one.type !== "hidden" && one.offsetParent && !one.labels?.length && !one.ariaLabel
            && !one.getAttribute("aria-labelledby") && !(one.matches("button") && one.textContent.trim()))
    .map(one => one.outerHTML)"""


@pytest.mark.parametrize(
    ("language", "scheme", "paths"),
    [("en-GB", "light", PAGES), ("en-GB", "dark", OURS), ("it-IT", "light", OURS)],
    ids=["all", "dark", "italian"],
)
def test_pages_open_without_complaint(
    visiting: Visiting, installation: Installation, language: str, scheme: str, paths: list[str]
) -> None:
    visited = visiting(language, scheme)

    for path in paths:
        page = visited.open(path.format(**installation.found))
        assert page.locator("html").get_attribute("lang") == language[:2], path
        assert page.locator("html.dark").count() == (1 if scheme == "dark" else 0), path

    assert visited.complaints == []


def test_login_page_opens_without_complaint(browser: Browser, installation: Installation) -> None:
    context = browser.new_context()
    visited = Visit(context.new_page(), installation.url)
    visited.page.on("console", lambda line: note_error(line.type, line.text, visited))

    page = visited.open("/admin/login/")

    assert page.locator("[name=password]").count() == 1
    assert visited.complaints == []
    context.close()


def test_narrow_screens_scroll_inside_the_page_only_and_every_control_has_a_name(
    here: Visit, installation: Installation
) -> None:
    here.page.set_viewport_size({"width": 390, "height": 800})

    found = {}
    for path in OURS:
        page = here.open(path.format(**installation.found))
        found[path] = (page.evaluate(OVER), page.evaluate(NAMELESS))

    assert {path: told for path, told in found.items() if told != (0, [])} == {}
