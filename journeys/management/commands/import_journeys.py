"""`manage.py import_journeys`: drafts from files; nothing is published unless it is asked for."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import clock
from journeys.faults import GraphError
from journeys.files import FileError
from journeys.filing import Imported, import_journey, read_files
from journeys.publishing import ApprovalError
from journeys.states import JourneyStateError


class Command(BaseCommand):
    """Make or change the drafts of journeys as files say; all files are read before the first is stored."""

    help = "Make or change the drafts of journeys as files say; --publish publishes those that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and whether to publish."""
        parser.add_argument("place", type=Path, metavar="FOLDER|FILE")
        parser.add_argument("--publish", action="store_true")

    def handle(self, place: Path, **options: Any) -> None:
        """Store each and tell what it did."""
        try:
            files = read_files(place)
        except FileError as error:
            raise CommandError(_listed(error)) from error
        for file in files:
            try:
                imported = import_journey(file, clock.now(), publishes=options["publish"])
            except GraphError as error:
                raise CommandError(f"{file.journey}:\n{_listed(error)}") from error
            except (JourneyStateError, ApprovalError) as error:
                raise CommandError(f"{file.journey}: {error}") from error
            self.stdout.write(_told(imported))


def _listed(error: GraphError) -> str:
    return "\n".join(f"{one['path']}: {one['message']}" for one in error.errors)


def _told(imported: Imported) -> str:
    published = f", published as version {imported.published}" if imported.published else ""
    missing = (
        f"; it needs contents that are not there: {', '.join(imported.missing)}" if imported.missing else ""
    )
    return f"{imported.journey.slug}: {imported.outcome}{published}{missing}"
