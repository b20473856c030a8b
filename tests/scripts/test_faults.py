from dataclasses import dataclass, field
from typing import Any

from scripts.faults import Table


@dataclass
class Report:
    """What pytest tells of a part of a test."""

    nodeid: str
    outcome: str = "passed"
    when: str = "call"
    duration: float = 1.5
    user_properties: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


def line(fault: str, **more: str) -> tuple[str, dict[str, str]]:
    return "line", {"fault": fault, "size": "3", "found": "lost 0"} | more


def table(*reports: Report) -> Table:
    gathered = Table()
    for report in reports:
        gathered.pytest_runtest_logreport(report)
    return gathered


def test_each_fault_that_a_scenario_tells_is_a_row(capsys) -> None:
    told = [line("kills"), line("poison", found="")]

    gathered = table(Report("a.py::test_a", when="setup"), Report("a.py::test_a", user_properties=told))
    gathered.show("ci", "7", 90)

    assert gathered.is_whole
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "| kills | 3 | survived | 2 | lost 0 |",
        "| poison | 3 | survived | 0 |  |",
    ]


def test_cases_that_tell_nothing_are_one_row_by_their_worst() -> None:
    gathered = table(
        *(Report(f"a.py::test_all_zones[{case}]", case) for case in ("passed", "failed", "passed"))
    )

    row = gathered.rows["all zones"]
    assert (row.result, row.seconds, gathered.is_whole) == ("failed", 4.5, False)


def test_scenario_that_is_skipped_or_can_not_begin_is_not_survived() -> None:
    for outcome in ("skipped", "failed"):
        gathered = table(Report("a.py::test_a", outcome, when="setup"))

        assert (gathered.rows["a"].result, gathered.is_whole) == (outcome, False)


def test_nothing_tried_is_nothing_survived() -> None:
    assert not table().is_whole
