"""Every page opens: no error, no request to anywhere else, light and dark, English and Italian."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Installation, Visit, Visiting, note_error

pytestmark = pytest.mark.browser

PAGES = [
    "/admin/",
    "/admin/?days=365",
    "/admin/customers/customer/",
    "/admin/customers/{customer}/",
    "/admin/customers/segment/",
    "/admin/customers/segment/1/change/",
    "/admin/customers/segment/1/change/?days=365",
    "/admin/customers/segment/3/change/",
    "/admin/customers/segment/?archived=all",
    "/admin/customers/segment/add/",
    "/admin/customers/segment/add/?kind=list",
    "/admin/segments/overlap/",
    "/admin/segments/ready/",
    "/admin/segments/overlap/?one=regulars&other=recent",
    "/admin/customers/stage/",
    "/admin/customers/stage/6/change/",
    "/admin/stages/flow/?days=365",
    "/admin/stages/barriers/",
    "/admin/stages/cohorts/",
    "/admin/stages/versions/",
    "/admin/stages/versions/1/",
    "/admin/journeys/journey/",
    "/admin/journeys/journey/1/change/",
    "/admin/journeys/journey/add/",
    "/admin/campaigns/broadcast/",
    "/admin/campaigns/broadcast/1/change/",
    "/admin/campaigns/broadcast/add/",
    "/admin/channels/message/",
    "/admin/channels/message/{message}/change/",
    "/admin/channels/cap/",
    "/admin/channels/cap/1/change/",
    "/admin/channels/quiethours/",
    "/admin/channels/content/",
    "/admin/channels/content/1/change/",
    "/admin/channels/content/add/",
    "/admin/channels/channel/",
    "/admin/channels/channel/email/change/",
    "/admin/inbox/",
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
    "/admin/channels/message/{message}/change/",
    "/admin/channels/channel/",
    "/admin/inbox/",
]


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


def test_narrow_screens_scroll_inside_the_page_only(here: Visit) -> None:
    here.page.set_viewport_size({"width": 420, "height": 800})

    here.open("/admin/")

    assert here.page.evaluate("document.documentElement.scrollWidth") <= 421
