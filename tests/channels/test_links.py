"""Signed addresses: read back as they were, or not at all."""

from uuid import UUID

import pytest

from channels import links
from channels.content.address import UnsafeLinkError, safe_url

ID = UUID("01980000-0000-7000-8000-000000000001")


def token(url: str) -> str:
    return url.rsplit("/", 1)[1].removesuffix(".gif")


@pytest.mark.parametrize("url", ["https://a.example/?b=1&c=ü", "http://a.example", "https://a.example/#part"])
def test_click_leads_where_it_led(url):
    assert links.read_click(token(links.click_url(ID, url))) == (ID, url)


def test_open_and_way_out_name_their_message():
    assert links.read_open(token(links.open_url(ID))) == ID
    assert links.read_unsubscribe(token(links.unsubscribe_url(ID))) == ID
    assert links.read_preferences(token(links.preferences_url(ID))) == ID


def test_token_serves_its_own_purpose_only():
    assert links.read_unsubscribe(token(links.open_url(ID))) is None
    assert links.read_click(token(links.open_url(ID))) is None


def test_altered_token_says_nothing():
    good = token(links.click_url(ID, "https://a.example/"))

    for index in range(len(good)):
        other = "A" if good[index] != "A" else "B"
        assert links.read_click(good[:index] + other + good[index + 1 :]) is None
    for odd in ("", "é", good + "=", good + "A", good[:-1], "x" * 5000):
        assert links.read_click(odd) is None


def test_token_of_another_key_says_nothing(settings):
    good = token(links.open_url(ID))
    settings.SECRET_KEY = "another"

    assert links.read_open(good) is None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https:///path",
            "evil",
        ),
        *(
            "https://good.example@evil.example/",
            "https://a.example\\@evil.example",
            "https://a.example/\r\nX: y",
        ),
        *("https://a.example/ b", "ftp://a.example/", "https://[::1", "", "https://a.example/" + "x" * 2000),
    ],
)
def test_unsafe_address_is_refused(url):
    with pytest.raises(UnsafeLinkError):
        safe_url(url)


def test_addresses_that_need_no_tracking_stay():
    assert links.click_url(ID, "mailto:a@example.com") == "mailto:a@example.com"
    own = links.unsubscribe_url(ID)
    assert links.click_url(ID, own) == own
