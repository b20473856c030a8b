"""Every figure can be taken: the harness runs tiny, on the real product. What it measures so says nothing."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "journey_mails",
    "journey_cpu_ms",
    "engine_steps",
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
    "segments_of_500",
    "entered_p99",
    "clock_idle",
    "clock_lag_max",
]


def test_bench_writes_each_figure_and_again_with_ten_times_the_rows(tmp_path: Path) -> None:
    written = tmp_path / "bench.json"

    subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--output", str(written)], cwd=ROOT, check=True
    )

    figures = {figure["name"]: figure for figure in json.loads(written.read_text())}
    assert set(figures) >= {name + suffix for name in NAMES for suffix in ("", "_10x")}
    assert all(figure["unit"] for figure in figures.values())
    nothing = {name for name, figure in figures.items() if figure["value"] <= 0}
    assert nothing <= {"clock_idle", "clock_idle_10x"}  # nobody reads anything: as it should be
    assert (
        figures["engine_steps"]["ratio"]
        == figures["engine_steps"]["value"] / figures["engine_steps"]["floor"]
    )
