import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from config.models import Preferences
from tests.builders import customer
from tests.people import browser, person

pytestmark = pytest.mark.django_db
URL = "/admin/settings/"
WANTED = {"language": "it", "time_zone": "Asia/Tokyo", "theme": "dark", "density": "compact"}


@pytest.fixture(autouse=True)
def english():
    """What a page activates is put back."""
    with translation.override("en"):
        yield


def page(client: Client, url: str = URL) -> str:
    return client.get(url, headers={"Accept-Language": "en"}).content.decode()


def test_settings_are_kept_and_shown_again():
    client = browser("viewer")

    answer = client.post(URL, WANTED)
    kept = Preferences.objects.values(*WANTED).get(person__username="viewer")

    assert (answer.status_code, kept) == (302, WANTED)
    assert '<option value="Asia/Tokyo" selected>' in page(client)
    assert client.post(URL, WANTED | {"theme": "light"}).status_code == 302
    assert Preferences.objects.get().theme == "light"


@pytest.mark.parametrize(
    "wrong",
    [{"language": "xx"}, {"time_zone": "Mars/Base"}, {"theme": "sepia"}, {"density": ""}, {"theme": "\0"}],
)
def test_what_there_is_not_is_refused_in_words(wrong):
    answer = browser("viewer").post(URL, WANTED | wrong)

    assert (answer.status_code, Preferences.objects.count()) == (200, 0)
    assert 'role="alert"' in answer.content.decode()


def test_language_holds_on_every_page_whatever_the_browser_asks():
    client = browser("viewer")
    client.post(URL, WANTED)

    answer = client.get("/admin/customers/customer/", headers={"Accept-Language": "en"})

    assert (answer["Content-Language"], '<html lang="it"' in answer.content.decode()) == ("it", True)
    assert '<html lang="en"' in page(browser("approver"))


def test_switch_of_languages_changes_what_was_chosen_and_chooses_nothing_by_itself():
    client, other = browser("viewer"), browser("approver")
    client.post(URL, WANTED)
    other.post(URL, WANTED | {"language": ""})

    for one in (client, other):
        one.post(reverse("set_language"), {"language": "en"})

    assert dict(Preferences.objects.values_list("person__username", "language")) == {
        "viewer": "en",
        "approver": "",
    }
    assert '<html lang="en"' in page(client)


def test_times_are_shown_in_the_persons_zone_else_the_brands():
    her = customer(traits={"first_name": "Ada"})  # seen on a Monday at noon, by UTC
    url = reverse("admin:customer", args=[her.public_id])
    client = browser("viewer")

    brands = page(client, url)
    client.post(URL, WANTED | {"language": "en"})
    own = page(client, url)

    assert ("13:00" in brands or "1 p.m." in brands) is True
    assert ("21:00" in own or "9 p.m." in own) is True


def test_look_is_told_to_the_script_and_the_switch_gives_way_to_it():
    client = browser("viewer")

    before = page(client)
    client.post(URL, WANTED | {"language": "en"})
    after = page(client)

    assert ("switchTheme" in before, "sette.js?" in before) == (True, False)
    assert ("switchTheme" in after, "sette.js?theme=dark&amp;density=compact" in after) == (False, True)


def test_settings_are_ones_own_and_asked_of_nobody_who_is_not_logged_in(client):
    person("viewer")

    assert client.get(URL).status_code == 302
    assert Preferences.objects.count() == 0


def test_user_menu_links_to_the_settings():
    assert f'href="{URL}"' in page(browser("viewer"), "/admin/")
    assert reverse("admin:password_change") in page(browser("approver"), "/admin/")
