"""Every figure can be taken: the harness runs tiny, on the real product. What it measures so says nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "journey_mails",
    "journey_cpu_ms",
    "engine_steps",
    "simulation",
    "ingest_batch",
    "ingest_single",
    "identify_new",
    "latency_p50",
    "latency_p99",
    "memory_peak",
    "segment_rebuild",
    "preview_p95",
    "preview_exact_p95",
    "stage_flow",
    "csv_import",
    "csv_import_memory",
    "merge",
    "unmerge",
    "segments_of_500",
    "entered_p99",
    "clock_idle",
    "clock_lag_max",
    "exit_at_once_p99",
    "listening_among_200",
    "start_rate",
    "start_first_message",
]
# Nobody reads anything, no memory grows: as it should be.
NOTHING = {f"{name}{suffix}" for name in ("clock_idle", "start_memory") for suffix in ("", "_10x")}
ONCE = {
    "duplicates_recall",
    "duplicates_precision",
    "rehearsal_month",
    "full_engine_steps",
    "full_journey_mails",
}


@pytest.mark.benchmarks
def test_bench_writes_each_figure_and_again_with_ten_times_the_rows(tmp_path: Path) -> None:
    written = tmp_path / "bench.json"

    subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--output", str(written)], cwd=ROOT, check=True
    )

    figures = {figure["name"]: figure for figure in json.loads(written.read_text())}
    assert set(figures) >= {name + suffix for name in NAMES for suffix in ("", "_10x")}
    assert set(figures) >= ONCE
    assert all(figure["unit"] for figure in figures.values())
    nothing = {name for name, figure in figures.items() if figure["value"] <= 0}
    assert nothing <= NOTHING
    assert (
        figures["engine_steps"]["ratio"]
        == figures["engine_steps"]["value"] / figures["engine_steps"]["floor"]
    )
