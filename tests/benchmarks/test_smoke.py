"""Every figure can be taken: the harness runs tiny, on the real product. What it measures so says nothing."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.suite import BASE, CROWD, DUPLICATES, GROWN, HOUSE

ROOT = Path(__file__).resolve().parents[2]
NAMES = {*BASE, *HOUSE, *CROWD, *DUPLICATES, "rehearsal_month"}
AGAIN = "preview_p95"
# Nobody reads anything, no memory grows: as it should be.
NOTHING = {"clock_idle", "start_memory"}
Measured = dict[str, dict[str, Any]]
Measure = Callable[[Iterable[str]], Measured]

pytestmark = pytest.mark.benchmarks


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Takes tiny those figures whose names begin so."""

    def measured(names: Iterable[str]) -> Measured:
        written = tmp_path / "bench.json"
        words = [sys.executable, "-m", "benchmarks", "--quick", "--output", str(written)]
        words += [word for name in names for word in ("--only", name)]
        subprocess.run(words, cwd=ROOT, check=True)
        return {figure["name"]: figure for figure in json.loads(written.read_text())}

    return measured


def test_bench_writes_each_figure(measure: Measure) -> None:
    figures = measure(NAMES)

    assert set(figures) == NAMES
    assert all(figure["unit"] for figure in figures.values())
    assert {name for name, figure in figures.items() if figure["value"] <= 0} <= NOTHING
    assert (
        figures["engine_steps"]["ratio"]
        == figures["engine_steps"]["value"] / figures["engine_steps"]["floor"]
    )


def test_bench_measures_again_with_ten_times_the_rows(measure: Measure) -> None:
    assert AGAIN + GROWN in measure([AGAIN + GROWN])
