"""The five-minute story: from logging in to a journey that is live, by mouse and again by keyboard alone.

Each language, colour scheme and width is met with each of both. All is found by its accessible role and name.
"""

import re

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, expect

from tests.browser.building import rows
from tests.browser.conftest import Arriving
from tests.browser.hands import Hand, Keyboard, Mouse

pytestmark = pytest.mark.browser

PHONE, LAPTOP, WIDE = 390, 1440, 1920
LIVE = """
    SELECT version.graph FROM journeys_journey journey
    JOIN journeys_journeyversion version ON version.id = live_version_id WHERE slug = %s
"""


@pytest.mark.parametrize(
    ("way", "language", "scheme", "width", "is_ready"),
    [
        (Mouse, "en-GB", "light", LAPTOP, False),
        (Mouse, "it-IT", "dark", PHONE, True),
        (Mouse, "en-GB", "dark", WIDE, True),
        (Keyboard, "it-IT", "light", LAPTOP, False),
        (Keyboard, "en-GB", "dark", PHONE, True),
        (Keyboard, "it-IT", "light", WIDE, True),
    ],
)
def test_from_logging_in_to_live(  # noqa: PLR0917 - the axes
    arriving: Arriving,
    way: type[Hand],
    language: str,
    scheme: str,
    width: int,
    is_ready: bool,  # noqa: FBT001 - one of them
) -> None:
    visit = arriving(language, scheme, width)
    hand = way(visit.open("/admin/"))

    with override(language[:2]):
        _log_in(hand)
        slug = f"story-{way.__name__.lower()}-{width}"
        if is_ready:
            slug = _take_ready(hand)
        else:
            _begin_empty(hand, slug)
            _draw(hand)
        _wait_two_days(hand)
        _rehearse(hand)
        _publish(hand)

    live = {step["kind"]: step["settings"] for step in rows(LIVE, slug)[0][0]["steps"]}
    assert live["wait"] == {"span": "P2D"}
    assert visit.complaints == []


def _log_in(hand: Hand) -> None:
    hand.write(re.compile(gettext("username").capitalize()), "admin")
    hand.write(re.compile(gettext("Password")), "admin")
    hand.press("button", gettext("Log in"))
    expect(hand.find("heading", gettext("Home"))).to_be_visible()


def _to_gallery(hand: Hand) -> None:
    """By mouse from page to page, by keyboard through the palette."""
    if isinstance(hand, Keyboard):
        hand.page.keyboard.press("Control+k")
        expect(hand.find("dialog", re.compile(""))).to_be_visible()
        hand.page.keyboard.type(gettext("New journey"))
        hand.take(gettext("New journey"))
    else:
        hand.press("link", gettext("The map"))
        hand.press("link", gettext("New journey"))


def _begin_empty(hand: Hand, slug: str) -> None:
    _to_gallery(hand)
    hand.press("link", gettext("Begin with an empty one"))
    hand.write(re.compile(f"^{gettext('name').capitalize()}"), slug.replace("-", " "))
    hand.choose(re.compile(gettext("serves stage").capitalize()), f"5 {gettext('action')}")
    hand.choose(re.compile(gettext("leads to stage").capitalize()), f"6 {gettext('use')}")
    hand.press("button", gettext("Save"))


def _take_ready(hand: Hand) -> str:
    _to_gallery(hand)
    hand.press("link", re.compile("^(Welcome series|Serie di benvenuto)"))
    hand.press("button", gettext("Take over"))
    expect(hand.find("region", gettext("Designer"))).to_be_visible()
    return rows("SELECT slug FROM journeys_journey ORDER BY id DESC LIMIT 1")[0][0]  # type: ignore[no-any-return]


def _draw(hand: Hand) -> None:
    """Who enters, and a letter to them."""
    _open(hand, gettext("What lets customers in?"))
    hand.choose(gettext("Kind of trigger"), gettext("Event"))
    _pick(hand, gettext("Event"), "order c", "Order Completed")
    _add(hand, gettext("Event"), gettext("Send e-mail"))
    _open(hand, gettext("Send e-mail"))
    _pick(hand, gettext("Content"), "than", "Thanks")
    _add(hand, gettext("Send e-mail"), gettext("Wait"))


def _wait_two_days(hand: Hand) -> None:
    _open(hand, gettext("Wait"))
    hand.write(re.compile(gettext("{label}: how many").format(label=".*")), "2")
    expect(hand.page.get_by_role("status").filter(has_text=gettext("Saved"))).to_be_visible()


def _rehearse(hand: Hand) -> None:
    """A customer walks to the end."""
    hand.press("button", gettext("Rehearse"))
    expect(_card(hand, "", gettext("the customer stands here"))).to_be_visible()
    hand.press("button", gettext("To the end"))
    expect(_card(hand, gettext("Wait"), gettext("passed in the rehearsal"))).to_be_visible()


def _publish(hand: Hand) -> None:
    """With all that the review asks to be acknowledged."""
    hand.press("link", gettext("Publish"))
    expect(hand.find("heading", gettext("What changes"))).to_be_visible()
    for box in hand.page.get_by_role("checkbox").all():
        hand.use(box)
    hand.press("button", gettext("Publish"))
    expect(hand.page.get_by_text(gettext("Published: new customers enter this version."))).to_be_visible()


def _card(hand: Hand, title: str, state: str = "") -> Locator:
    """The first that is called so, and of which that is said."""
    return hand.find("button", re.compile(f"^{re.escape(title)}.*{re.escape(state)}"))


def _pick(hand: Hand, name: str, typed: str, option: str) -> None:
    """One of those that a picker finds for what is typed."""
    hand.write(name, typed, role="combobox")
    hand.take(option)


def _stand(hand: Hand, title: str) -> Locator:
    """At a card: by mouse wherever it is, by keyboard from the first downwards."""
    card = _card(hand, title)
    expect(card).to_be_visible()
    if isinstance(hand, Keyboard):
        hand.page.keyboard.press("Escape")
        hand.page.keyboard.press("Home")
        hand.go(card, by="ArrowDown")
    return card


def _open(hand: Hand, title: str) -> None:
    """The settings of a card."""
    hand.use(_stand(hand, title))


def _add(hand: Hand, after: str, title: str) -> None:
    """A step behind a card: by its key, else by the sign on the way."""
    _stand(hand, after)
    if isinstance(hand, Keyboard):
        hand.page.keyboard.press("a")
    else:
        name = gettext("Add a step after {title}: {branch}").format(title=after, branch="")
        hand.press("button", re.compile(f"^{re.escape(name)}"))
    hand.write(gettext("Search: wait, e-mail, branch…"), title, role="combobox")
    hand.take(title)
    expect(_card(hand, title)).to_be_visible()
