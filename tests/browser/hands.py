"""Two ways of using a page, by mouse and by keyboard alone: all is found by its accessible role and name."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

FARTHEST = 150  # presses of Tab to what is looked for
Name = str | re.Pattern[str]
IS_HERE = "one => one === document.activeElement"


@dataclass
class Hand(ABC):
    """Somebody at a page."""

    page: Page

    def find(self, role: Any, name: Name, within: Locator | None = None) -> Locator:
        """What has this role and is called so, as people who can't see it are told."""
        return (within or self.page).get_by_role(role, name=name, exact=isinstance(name, str)).first

    def press(self, role: Any, name: Name) -> None:
        """A button, a link, an option."""
        self.use(self.find(role, name))

    def write(self, name: Name, text: str, role: Any = "textbox") -> None:
        """Into a field, in place of what stood there."""
        self.go(self.find(role, name))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    @abstractmethod
    def go(self, place: Locator) -> None:
        """To something that takes the focus."""

    @abstractmethod
    def use(self, place: Locator) -> None:
        """Press it."""

    @abstractmethod
    def choose(self, name: Name, option: str) -> None:
        """One of a list of options."""

    @abstractmethod
    def take(self, option: str) -> None:
        """What a field offers for what was typed into it."""


class Mouse(Hand):
    """Points and clicks; types into fields only."""

    def go(self, place: Locator) -> None:
        place.click()

    def use(self, place: Locator) -> None:
        place.click()

    def choose(self, name: Name, option: str) -> None:
        self.find("combobox", name).select_option(label=option)

    def take(self, option: str) -> None:
        self.find("option", re.compile(f"^{re.escape(option)}")).click()


class Keyboard(Hand):
    """Comes to everything by Tab."""

    def go(self, place: Locator, by: str = "Tab") -> None:
        """Press a key until it is there."""
        expect(place).to_be_visible()
        for _ in range(FARTHEST):
            if place.evaluate(IS_HERE):
                return
            self.page.keyboard.press(by)
        raise AssertionError(f"{by} does not lead to {place}")

    def use(self, place: Locator) -> None:
        self.go(place)
        is_box = place.get_attribute("type") == "checkbox"
        self.page.keyboard.press("Space" if is_box else "Enter")

    def choose(self, name: Name, option: str) -> None:
        self.go(self.find("combobox", name))
        self.page.keyboard.type(option)

    def take(self, option: str) -> None:
        chosen = self.page.get_by_role("option", name=re.compile(f"^{re.escape(option)}"), selected=True)
        expect(self.find("option", re.compile(f"^{re.escape(option)}"))).to_be_visible()
        for _ in range(FARTHEST):
            if chosen.count():
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
