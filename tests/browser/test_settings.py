"""What a person chooses on the page of their settings is what the next page looks like."""

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def looks(here: Visit) -> dict[str, object]:
    return here.page.evaluate(
        """() => {
          const card = getComputedStyle(document.querySelector(".s-card"));
          return {
            isDark: document.documentElement.classList.contains("dark"),
            padding: parseFloat(card.paddingTop),
            language: document.documentElement.lang,
            hasSwitch: document.body.innerHTML.includes("switchTheme('dark')"),
          };
        }"""
    )


def choose(here: Visit, theme: str, density: str, language: str) -> None:
    here.page.goto(f"{here.url}/admin/settings/")
    here.page.check(f"[name=theme][value={theme}]")
    here.page.check(f"[name=density][value={density}]")
    here.page.select_option("select[name=language]", language)
    with here.page.expect_navigation():
        here.page.click(".s-page button.s-button-main")
    here.page.goto(f"{here.url}/admin/customers/stage/")


def test_theme_density_and_language_hold_on_the_next_page(here):
    try:
        choose(here, "dark", "compact", "it")
        compact = looks(here)
        choose(here, "light", "comfortable", "en")
        comfortable = looks(here)
    finally:
        choose(here, "auto", "comfortable", "")

    assert here.complaints == []
    assert (compact["isDark"], compact["language"], compact["hasSwitch"]) == (True, "it", False)
    assert (comfortable["isDark"], comfortable["language"]) == (False, "en")
    assert compact["padding"] < comfortable["padding"]
    assert looks(here)["isDark"] is False  # as the system, which is light
