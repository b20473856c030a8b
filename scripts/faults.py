"""Every fault that Sette must survive, at its nightly size: `make faults`, `make faults SEED=3`.

Prints a line for each fault: its size, result, seconds, and what was found. Exit code 1 where one was
not survived, or not tried. `--tier ci` tries the sizes of `make test`; `-k` names some of the scenarios.
"""

import argparse
import os
import secrets
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ["--numprocesses", "2", "--dist", "worksteal"]  # two at a time: some wait for minutes
SURVIVED = "survived"


@dataclass
class Row:
    """A fault, and what came of it."""

    size: str = ""
    result: str = SURVIVED
    seconds: float = 0.0
    found: str = ""


class Table:
    """Gathers what the scenarios say of themselves and prints it as a table at the end."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked for was tried and survived."""
        return bool(self.rows) and all(row.result == SURVIVED for row in self.rows.values())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A line for each fault that a scenario tells; where it tells none, one for all of its cases."""
        if report.when != "call" and report.passed:
            return
        lines = [value for name, value in report.user_properties if name == "line"]
        for number, line in enumerate(lines or [{"fault": _name(report), "size": "", "found": ""}]):
            row = self.rows.setdefault(line["fault"], Row(line["size"], found=line["found"]))
            row.seconds += report.duration if number == 0 else 0
            row.result = row.result if report.passed else report.outcome

    def show(self, tier: str, seed: str, seconds: float) -> None:
        """The table, as Markdown."""
        print(f"\n{tier} tier, seed {seed}, {seconds / 60:.1f} minutes\n")
        print("| fault | size | result | seconds | found |\n| --- | --- | --- | --- | --- |")
        for fault, row in self.rows.items():
            print(f"| {fault} | {row.size} | {row.result} | {row.seconds:.0f} | {row.found} |")


def _name(report: pytest.TestReport) -> str:
    """The scenario's name in words, without its case."""
    name = report.nodeid.split("::")[-1].split("[")[0]
    return name.removeprefix("test_").replace("_", " ")


def main() -> int:
    """Run the scenarios; 0 where all were survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=os.environ.get("SEED") or str(secrets.randbelow(10_000)))
    parser.add_argument("--tier", choices=["ci", "nightly"], default="nightly")
    parser.add_argument("-k", default="", help="only the scenarios whose names fit")
    asked = parser.parse_args()
    os.environ |= {"SETTE_FAULTS": asked.tier, "SETTE_FAULTS_SEED": asked.seed}
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    table, started = Table(), time.monotonic()
    print(f"Seed {asked.seed}: SEED={asked.seed} repeats it", flush=True)
    code = pytest.main(
        ["-q", *SHARED, "tests/faults", *(["-k", asked.k] if asked.k else [])], plugins=[table]
    )
    table.show(asked.tier, asked.seed, time.monotonic() - started)
    return int(code) or int(not table.is_whole)


if __name__ == "__main__":
    sys.exit(main())
