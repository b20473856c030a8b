"""All that is written can be read: 4.5:1 in light and in dark, by the style sheet's own variables."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parents[2] / "static" / "sette" / "sette.css").read_text()
INKS = ["--s-ink", "--s-text", "--s-muted", "--s-accent", "--s-good", "--s-warn", "--s-bad", "--s-info"]
STAGES = [f"--stage-{number}" for number in range(1, 8)]
CHIPS = [
    ("--s-good", "--s-good-bg"),
    ("--s-warn", "--s-warn-bg"),
    ("--s-bad", "--s-bad-bg"),
    ("--s-accent", "--s-accent-bg"),
]


def variables(selector: str) -> dict[str, str]:
    block = SHEET[SHEET.index(f"{selector} {{") :]
    return dict(re.findall(r"(--[\w-]+): (#[0-9A-F]{6})", block[: block.index("}")]))


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("selector", [":root", ".dark"])
def test_words_stand_out_from_what_they_stand_on(selector: str) -> None:
    colours = variables(selector)
    pairs = [(ink, ground) for ink in [*INKS, *STAGES] for ground in ("--s-panel",)]
    pairs += [(ink, "--s-sunk") for ink in INKS] + CHIPS + [("--stage-ink", stage) for stage in STAGES]

    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}

    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize(("prefix", "selector"), [("", ":root"), (".dark ", ".dark")])
def test_fates_stand_out_from_the_page(prefix: str, selector: str) -> None:
    panel = variables(selector)["--s-panel"]
    fates = dict(
        re.findall(
            rf"(?m)(?:^|(?<=}} )){re.escape(prefix)}\.fate-(\w+) {{ --fate: (#[0-9A-F]{{6}}); }}", SHEET
        )
    )

    assert len(fates) == 10
    assert {fate: colour for fate, colour in fates.items() if contrast(colour, panel) < 4.5} == {}
