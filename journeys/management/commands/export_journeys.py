"""`manage.py export_journeys`: journeys as files that can be reviewed and kept with code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journeys.files import FileError
from journeys.filing import export_journeys


class Command(BaseCommand):
    """Write journeys to a folder, one file each: name, stages, draft, kept tests."""

    help = "Write journeys to files, one each: name, stages, draft, kept tests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and which."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("slug", nargs="*", help="their keys; all that are not archived by default")
        parser.add_argument("--format", choices=["yaml", "json"], default="yaml")

    def handle(self, folder: Path, slug: list[str], **options: Any) -> None:
        """Write and tell each."""
        try:
            for path in export_journeys(folder, slug, options["format"]):
                self.stdout.write(str(path))
        except (FileError, OSError) as error:
            raise CommandError(str(error)) from error
