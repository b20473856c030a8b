"""What a person does in the rule builder to ask one thing after the other: by clicks and typing alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from tests.browser.building import add, choose

Build = Callable[[Page], None]


@dataclass(frozen=True)
class Wanted:
    """A segment to build, and whom it has to find: customers' ids by SQL, in which %(now)s is the moment."""

    name: str
    build: Build
    sql: str


@dataclass
class Wishes:
    """The segments of one installation, in the order in which they are built."""

    wanted: list[Wanted] = field(default_factory=list)

    def segment(self, name: str, sql: str) -> Callable[[Build], Build]:
        """Register the builder of a segment."""

        def register(build: Build) -> Build:
            self.wanted.append(Wanted(name, build, sql))
            return build

        return register


def event(page: Page, name: str, group: str = "") -> Locator:
    """A condition on how often an event happened, chosen by the event's name."""
    return add(page, name, name, group)


def pick(line: Locator, label: str, option: str) -> None:
    """Choose from a drop-down list."""
    line.get_by_label(label, exact=True).first.select_option(label=option)


def fill(line: Locator, label: str, text: str) -> None:
    """Type into a field that suggests nothing."""
    line.get_by_label(label, exact=True).fill(text)


def narrow(line: Locator, what: str) -> None:
    """Ask for one more setting: a window, a period."""
    chooser = line.get_by_label("Narrow it down")
    if chooser.count():
        chooser.select_option(label=what)
    else:
        line.get_by_role("button", name=what, exact=True).click()


def within(line: Locator, days: int, what: str = "within the last") -> None:
    """A window of so many days."""
    narrow(line, what)
    fill(line, f"{what}: how many", str(days))


def span(line: Locator, label: str, days: int) -> None:
    """A span of days in a field that is there."""
    pick(line, f"{label}: unit", "days")
    fill(line, f"{label}: how many", str(days))


def listed(line: Locator, label: str, *values: str) -> None:
    """Type values into a list, one after the other."""
    box = line.get_by_role("combobox", name=label, exact=True)
    for value in values:
        box.fill(value)
        box.press("Enter")
        line.get_by_role("button", name=f"Take out {value}", exact=True).wait_for()


def group(page: Page, join: str, inside: str = "") -> str:
    """A new group within one, joined as asked; its place."""
    around = page.locator(f'.b-group[data-path="{inside}"]')
    around.locator("> .b-group-foot").get_by_role("button", name="Add a group", exact=True).click()
    made = around.locator("> .b-group-body > .b-group").last
    pick(made, "How the conditions are joined", join)
    return str(made.get_attribute("data-path"))


def filters(line: Locator, label: str = "") -> Locator:
    """The filters of a condition's event; `label` where it has two."""
    name = f"Filters on the event: {label}" if label else "Filters on the event"
    return line.get_by_role("group", name=name, exact=True)


def only(
    around: Locator, name: str, operator: str, value: str | tuple[str, ...] = (), offered: str = ""
) -> Locator:
    """One more filter among filters or in a group of them; `offered`: the value is taken from the list."""
    _button(around, "Add a filter").click()
    made = _inside(around).locator("> .b-filter").last
    choose(made, "property", name, name)
    pick(made, "is compared by", operator)
    if isinstance(value, tuple):
        if value:
            listed(made, "value", *value)
    elif offered:
        choose(made, "value", value, offered)
    elif made.get_by_role("combobox", name="value", exact=True).count():
        choose(made, "value", value)
    else:
        fill(made, "value", value)
    return made


def joined(around: Locator, join: str) -> None:
    """How the filters of one event are joined."""
    pick(_inside(around).locator("> .b-group-head"), "How the conditions are joined", join)


def filter_group(around: Locator, join: str) -> Locator:
    """A group of filters among filters, without the one that it begins with."""
    _button(around, "Add a group of filters").click()
    made = _inside(around).locator("> .b-filter-group").last
    pick(made, "How the conditions are joined", join)
    made.get_by_role("button", name=re.compile(r"^Remove: Filter ")).click()
    return made


def _inside(around: Locator) -> Locator:
    """What holds the filters themselves: the group, or within all filters of an event its root."""
    return (
        around if "b-filter-group" in str(around.get_attribute("class")) else around.locator("> .b-filters")
    )


def _button(around: Locator, name: str) -> Locator:
    inside = _inside(around)
    foot = inside.locator("> .b-group-foot") if inside.count() else around
    return foot.get_by_role("button", name=re.compile(f"^(add)?{re.escape(name)}(:|$)"))
