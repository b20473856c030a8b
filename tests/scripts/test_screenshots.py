"""The tour shows every page that says what it is for, by pictures that are there."""

import re
from pathlib import Path

from config.help import PAGES, help_of
from scripts import screenshots

TOUR = (screenshots.ROOT / "docs" / "tour.md").read_text()


def test_every_page_is_in_the_tour():
    shown = [help_of(name) for name in screenshots.names()]

    assert {name for name, told in PAGES.items() if told not in shown} == screenshots.UNSHOWN
    assert [name for name in screenshots.names() if f"screenshots/{name}.webp" not in TOUR] == []


def test_no_picture_is_missing_or_shown_nowhere():
    texts = [TOUR, (screenshots.ROOT / "README.md").read_text()]
    asked = {Path(found).name for text in texts for found in re.findall(r"screenshots/([\w.-]+)", text)}

    assert {file.name for file in screenshots.PICTURES.iterdir()} == asked
