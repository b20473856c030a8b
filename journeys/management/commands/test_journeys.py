"""`manage.py test_journeys`: run the tests that are kept with journeys; for people and for CI."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.core.management.base import BaseCommand, CommandError

from customers.models import Stage
from journeys import kept
from journeys.faults import GraphError
from journeys.files import FileError, JourneyFile
from journeys.filing import read_files
from journeys.kept import Outcome
from journeys.models import Journey, KeptTest
from journeys.rehearsal.terms import TermsError
from journeys.rehearsal.walk import WalkError


class Command(BaseCommand):
    """Run kept tests on the drafts that they are kept with; the exit code is 1 where one fails."""

    help = "Run the tests that are kept with journeys, on their drafts. Exit code 1: one failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, from where, and for whom."""
        parser.add_argument("slug", nargs="*", help="keys of journeys; all by default")
        parser.add_argument(
            "--file", type=Path, metavar="FOLDER|FILE", help="tests and drafts of these files"
        )
        parser.add_argument("--junit", type=Path, metavar="FILE", help="write a report as JUnit XML")

    def handle(self, slug: list[str], **options: Any) -> None:
        """Run, tell, report."""
        suites = ET.Element("testsuites")
        failed = many = 0
        for name, run in _runs(slug, options["file"]):
            started = time.monotonic()
            outcomes = run()
            suite = _suite(suites, name, outcomes, time.monotonic() - started)
            for outcome in outcomes:
                self._tell(name, outcome)
            many += len(outcomes)
            failed += int(suite.get("failures", 0))
        if options["junit"]:
            ET.ElementTree(suites).write(options["junit"], encoding="utf-8", xml_declaration=True)
        self.stdout.write(f"{many} tests, {failed} failed")
        if failed:
            sys.exit(1)

    def _tell(self, journey: str, outcome: Outcome) -> None:
        self.stdout.write(f"{'ok' if outcome.has_passed else 'FAILED'}  {journey}: {outcome.name}")
        for difference in outcome.differences:
            self.stdout.write(f"        {difference}")


def _runs(slugs: list[str], place: Path | None) -> Iterator[tuple[str, "Run"]]:
    """Each journey with what runs its tests."""
    if place is None:
        yield from _of_rows(slugs)
        return
    try:
        files = read_files(place)
    except FileError as error:
        raise CommandError("\n".join(f"{one['path']}: {one['message']}" for one in error.errors)) from error
    _check_named(slugs, {file.journey for file in files})
    stages = {stage.slug: stage for stage in Stage.objects.all()}
    for file in files:
        if file.tests and (not slugs or file.journey in slugs):
            yield file.journey, Run(_unstored(file, stages), file)


def _of_rows(slugs: list[str]) -> Iterator[tuple[str, "Run"]]:
    journeys = Journey.objects.order_by("slug")
    _check_named(slugs, set(journeys.values_list("slug", flat=True)))
    chosen = journeys.filter(slug__in=slugs) if slugs else journeys.exclude(state=Journey.State.ARCHIVED)
    for journey in chosen.filter(kept_tests__isnull=False).distinct():
        yield journey.slug, Run(journey)


def _check_named(slugs: list[str], there: set[str]) -> None:
    if missing := sorted(set(slugs) - there):
        raise CommandError(f"There is no journey {', '.join(missing)}.")


def _unstored(file: JourneyFile, stages: dict[str, Stage]) -> Journey:
    """The journey of a file, which need not be there; its stages may be other ones, for walks don't ask."""
    some = next(iter(stages.values()))
    serves, leads_to = stages.get(file.serves, some), stages.get(file.leads_to, some)
    return Journey(slug=file.journey, name=file.name, serves=serves, leads_to=leads_to, draft=file.draft)


class Run:
    """The tests of one journey, to be run; one that can't be run at all is one that failed."""

    def __init__(self, journey: Journey, file: JourneyFile | None = None) -> None:
        self._journey, self._file = journey, file

    def __call__(self) -> list[Outcome]:
        """How each went."""
        try:
            if self._file is None:
                return kept.run_tests(self._journey, KeptTest.objects.filter(journey=self._journey))
            tests = self._file.tests or []
            return kept.run_cases(self._journey, [kept.parse_case(t.name, t.terms, t.expects) for t in tests])
        except TermsError as error:
            return [Outcome("tests", [f"{one['path']}: {one['message']}" for one in error.errors])]
        except GraphError as error:
            return [Outcome("draft", [f"{one['path']}: {one['message']}" for one in error.errors])]
        except WalkError as error:
            return [Outcome("walk", [str(error)])]


def _suite(suites: ET.Element, name: str, outcomes: list[Outcome], seconds: float) -> ET.Element:
    failures = sum(not outcome.has_passed for outcome in outcomes)
    told = {"name": name, "tests": str(len(outcomes)), "failures": str(failures), "time": f"{seconds:.3f}"}
    suite = ET.SubElement(suites, "testsuite", told)
    for outcome in outcomes:
        case = ET.SubElement(suite, "testcase", {"classname": name, "name": outcome.name})
        if not outcome.has_passed:
            failure = ET.SubElement(case, "failure", {"message": outcome.differences[0]})
            failure.text = "\n".join(outcome.differences)
    return suite
