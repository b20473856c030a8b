"""What people come for, done as they do it."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Installation, Visit

pytestmark = pytest.mark.browser

DRAFT = "summary:has-text('The draft as JSON')"

GRAPH = {
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "rest",
    "steps": [
        {"id": "rest", "kind": "wait", "settings": {"span": "P1D"}, "branches": {"next": "hello"}},
        {"id": "hello", "kind": "send_email", "settings": {"content": "thanks"}, "branches": {"next": None}},
    ],
}


def test_customer_is_found_by_email_and_tells_why_a_message_was_not_sent(
    here: Visit, installation: Installation
) -> None:
    page = here.open("/admin/customers/customer/")
    page.fill("#searchbar", installation.found["email"])
    page.press("#searchbar", "Enter")
    page.wait_for_url("**q=*")
    page.click("#result_list tbody tr:first-child a")
    page.wait_for_url(f"**/customers/{installation.found['customer']}/")

    page.get_by_role("link", name="Messages", exact=True).last.click()
    page.wait_for_url("**sort=messages")

    assert "No consent: No consent for e-mail about offers." in page.locator(".s-timeline").inner_text()
    assert here.complaints == []


def test_journey_is_published_from_json_once_its_faults_are_mended(here: Visit) -> None:
    page = here.open("/admin/journeys/journey/add/")
    page.fill("[name=name]", "Hello again")
    page.fill("[name=slug]", "hello-again")
    page.select_option("[name=serves]", "5")
    page.select_option("[name=leads_to]", "6")
    page.click("[name=_continue]")
    page.wait_for_url("**/change/")
    page.click(DRAFT)
    broken = json.loads(json.dumps(GRAPH))
    broken["steps"][0]["settings"] = {"span": "soon"}
    page.fill("[name=draft]", json.dumps(broken))
    page.click("[name=_continue]")

    page.wait_for_selector("text=steps.rest.settings.span")
    assert "steps.rest.settings.span" in page.locator(".s-problem").inner_text()

    page.click(DRAFT)
    page.fill("[name=draft]", json.dumps(GRAPH))
    page.click("[name=_continue]")
    page.wait_for_selector(".s-good")
    page.get_by_role("link", name="Publish", exact=True).click()
    page.wait_for_url("**/publish/")
    for box in page.locator("[name=acknowledged]").all():
        box.check()
    page.click("button[value=publish]")
    page.wait_for_selector("button[value=pause]")

    assert "Published" in page.locator("#main").inner_text()
    assert page.locator(".s-step.send").count() == 1
    assert here.complaints == []


def test_broken_json_is_told_with_its_line(here: Visit) -> None:
    page = here.open("/admin/journeys/journey/1/change/")
    page.click(DRAFT)
    page.fill("[name=draft]", '{\n  "trigger": oops\n}')
    page.click("[name=_continue]")

    page.wait_for_selector("text=Line 2, column 14")


def test_content_is_previewed_as_it_stands_in_the_form(here: Visit) -> None:
    page = here.open("/admin/channels/content/1/change/")
    body = page.input_value("[name=texts-0-body]")
    page.fill("[name=texts-0-body]", body.replace("on its way", "almost there"))
    page.click("text=Show en")

    frame = page.frame_locator("iframe[name=preview]")
    frame.locator("text=almost there").wait_for()

    assert here.complaints == []


def test_content_that_is_broken_is_refused_with_its_line(here: Visit) -> None:
    page = here.open("/admin/channels/content/1/change/")
    body = page.input_value("[name=texts-0-body]")
    page.fill("[name=texts-0-body]", body.replace("{% endif %}", ""))
    page.click("[name=_continue]")

    page.wait_for_selector("text=/line \\d+/")


def test_inbox_shows_a_mail_in_a_frame(here: Visit) -> None:
    page = here.open("/admin/inbox/?kind=email")
    page.click(".s-list a")

    frame = page.frame_locator("iframe.s-frame")
    frame.locator("text=Your basket is on its way").wait_for()
    page.click("summary:has-text('Headers')")

    assert "List-Unsubscribe" in page.locator("details[open]").inner_text()
    assert here.complaints == []


def test_timeline_shows_more_on_asking(here: Visit, installation: Installation) -> None:
    page = here.open(f"/admin/customers/{installation.found['customer']}/")
    before = page.locator(".s-timeline > li").count()
    more = page.locator(".s-timeline button")
    if more.count():
        more.click()
        page.wait_for_function(f"document.querySelectorAll('.s-timeline > li').length > {before}")

    assert here.complaints == []


def test_dashboard_tells_what_the_last_replay_did(here: Visit) -> None:
    page = here.open("/admin/")

    told = page.locator("section", has_text="Last replay").inner_text()

    assert "Last replay: year" in told
    assert "orders\n\n240" in told


def test_api_key_is_shown_once(here: Visit) -> None:
    page = here.open("/admin/config/apikey/add/")
    page.fill("[name=name]", "reports")
    page.check("[name=scopes][value=read]")
    page.click("[name=_save]")
    page.wait_for_selector("strong.s-mono")
    secret = page.locator("strong.s-mono").inner_text()
    here.open("/admin/config/apikey/")

    assert secret.startswith("sk_")
    assert secret not in page.content()


def test_parked_call_is_tried_again(here: Visit) -> None:
    page = here.open("/admin/customers/inboxrow/")
    parked = page.locator("#result_list tbody tr", has_text="parked")
    assert parked.count() == 1

    parked.locator("input[type=checkbox]").check()
    page.select_option("select[name=action]", "try_again")
    page.click("button[name=index]")
    page.wait_for_selector("text=1 parked call is tried again.")
    assert here.complaints == []


def test_who_would_enter_and_leave_is_told_beside_the_rule(here: Visit) -> None:
    page = here.open("/admin/customers/segment/1/change/")
    page.click("text=Compare with the members of now")
    page.wait_for_selector("#rule-difference .s-figure")

    told = page.locator("#rule-difference").inner_text()

    assert "would enter" in told
    assert "would leave" in told
    assert here.complaints == []


def test_list_is_made_filled_from_a_file_cleared_and_archived(
    here: Visit, installation: Installation
) -> None:
    page = here.open("/admin/customers/segment/")
    page.click("text=New list")
    page.fill("[name=name]", "Winners")
    page.fill("[name=slug]", "winners")
    page.click("[name=_continue]")
    page.wait_for_selector("#members-file")

    rows = f"E-mail;email\n;{installation.found['email']}\n;nobody@example.com\n".encode("utf-16")
    page.set_input_files("#members-file", [{"name": "winners.csv", "mimeType": "text/csv", "buffer": rows}])
    page.get_by_role("button", name="Change the list").click()
    page.wait_for_selector("#members-report .s-table")
    assert (
        "3\temail:nobody@example.com\tNo customer is known by this."
        in page.locator("#members-report").inner_text()
    )

    page.click("text=Show the list as it is now")
    expect(page.locator(".s-figure").first).to_have_text("1")

    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Take everybody out")
    page.wait_for_selector("#members-report .s-figures")
    page.click("button[value=archive]")
    page.wait_for_selector("button[value=restore]")

    assert page.locator("#members-file").count() == 0
    assert here.complaints == []


def test_two_segments_are_compared_and_each_part_leads_to_its_customers(here: Visit) -> None:
    page = here.open("/admin/segments/overlap/")
    page.select_option("[name=one]", "regulars")
    page.select_option("[name=other]", "recent")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector(".s-overlap circle")
    many = page.locator(".s-table tbody tr").first.locator(".s-num").first.inner_text()
    page.click("text=only in Regular customers")
    page.wait_for_url("**not_in=recent")

    assert page.locator("#result_list tbody tr").count() == int(many)
    assert here.complaints == []


def test_ready_segment_is_taken_over(here: Visit) -> None:
    page = here.open("/admin/segments/ready/")
    assert page.locator(".s-table tbody tr").count() == 23

    page.get_by_role("button", name="Take over Birthday soon").click()
    page.wait_for_url("**/customers/segment/*/change/")

    assert "birthday comes round within the next 7 days" in page.locator("#main").inner_text()
    here.open("/admin/segments/ready/")
    assert page.locator(".s-table tbody tr", has_text="Birthday soon").locator("a").inner_text() == "Open"
    assert here.complaints == []
