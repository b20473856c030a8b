"""Journeys out to files and in from them: what is kept of a journey, and what a file changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from channels.models import Content
from customers.models import Stage
from journeys import kept, services
from journeys.checks import contents_named
from journeys.faults import Faults, GraphError
from journeys.files import SUFFIXES, FileError, Format, JourneyFile, TestShape, read, written
from journeys.graph import parse
from journeys.models import Journey, KeptTest
from journeys.publishing import publish
from journeys.step import Json

MOST_FILES = 1_000
Person = AbstractBaseUser | None


@dataclass(slots=True)
class Imported:
    """What a file has done: `outcome` is created, changed or unchanged; contents that it needs in vain."""

    journey: Journey
    outcome: str
    missing: list[str] = field(default_factory=list)
    published: int | None = None


def file_of(journey: Journey) -> JourneyFile:
    """All of a journey that a file keeps: what it is called, its draft, its tests."""
    tests = KeptTest.objects.filter(journey=journey).order_by("name")
    return JourneyFile(
        journey=journey.slug,
        name=journey.name,
        description=journey.description,
        serves=journey.serves.slug,
        leads_to=journey.leads_to.slug,
        contents=needed(journey.draft),
        draft=journey.draft,
        tests=[TestShape(name=one.name, terms=one.terms, expects=one.expects) for one in tests],
    )


def needed(draft: Json) -> list[str]:
    """The contents that a draft names; none of one that can't be read yet."""
    try:
        return sorted({slug for _path, slug, _step in contents_named(parse(draft))})
    except GraphError:
        return []


def export_journeys(folder: Path, slugs: Sequence[str], form: Format) -> Iterator[Path]:
    """Write these journeys, or all that are not archived, each to a file of its own; tells the files."""
    journeys = Journey.objects.select_related("serves", "leads_to").order_by("slug")
    chosen = journeys.filter(slug__in=slugs) if slugs else journeys.exclude(state=Journey.State.ARCHIVED)
    if missing := set(slugs) - set(chosen.values_list("slug", flat=True)):
        raise FileError(
            [{"path": "", "message": f"there is no journey {slug!r}"} for slug in sorted(missing)]
        )
    folder.mkdir(parents=True, exist_ok=True)
    for journey in chosen:
        path = folder / f"{journey.slug}.{form}"
        path.write_text(written(file_of(journey), form), "utf-8")
        yield path


def read_files(place: Path) -> list[JourneyFile]:
    """The journeys of a file, or of all files of a folder; FileError names file and field of each fault."""
    paths = (
        [place] if place.is_file() else sorted(path for path in place.glob("*") if path.suffix in SUFFIXES)
    )
    faults = Faults()
    files: dict[str, JourneyFile] = {}
    if not paths or len(paths) > MOST_FILES:
        faults.add(str(place), f"has no files of journeys, or more than {MOST_FILES}")
    for path in paths[:MOST_FILES]:
        try:
            file = read(path.read_text("utf-8"), SUFFIXES.get(path.suffix, "yaml"))
        except FileError as error:
            for one in error.errors:
                faults.add(f"{path.name}.{one['path']}", one["message"])
        except (OSError, UnicodeDecodeError) as error:
            faults.add(path.name, f"can't be read: {error}")
        else:
            if files.setdefault(file.journey, file) is not file:
                faults.add(f"{path.name}.journey", f"{file.journey!r} stands in another file too")
    if faults.errors:
        raise FileError(faults.errors)
    return list(files.values())


def import_journey(
    file: JourneyFile, now: datetime, by: Person = None, *, publishes: bool = False
) -> Imported:
    """Make a draft of the file, or change the journey of its key to be as the file says.

    Doing it again changes nothing. Live versions stay as they are, unless it `publishes`, which is refused as
    ever. FileError names what can't be stored, JourneyStateError the state in which nothing can be changed.
    """
    imported = store(file, by)
    if publishes and _differs(imported.journey):
        imported.published = publish(imported.journey.pk, now, by).number
    return imported


@transaction.atomic
def store(file: JourneyFile, by: Person) -> Imported:
    """Make a draft of the file, or change the journey of its key, and its tests; in one transaction."""
    stages = _stages(file)
    said: dict[str, Any] = {"name": file.name, "description": file.description, **stages}
    before = Journey.objects.filter(slug=file.journey).select_related("serves", "leads_to").first()
    try:
        if before is None:
            journey = services.create_journey(file.journey, draft=file.draft, by=by, **said)
        elif _is_as_said(before, file):
            journey = before
        else:
            journey = services.change_journey(before.pk, file.draft, by=by, **said)
    except GraphError as error:
        raise _below("draft", error) from None
    has_changed = _store_tests(journey, file.tests) or journey is not before
    outcome = "unchanged" if not has_changed else "changed" if before else "created"
    return Imported(journey, outcome, _missing(file))


def _is_as_said(journey: Journey, file: JourneyFile) -> bool:
    there = file_of(journey).model_dump(exclude={"contents", "tests"})
    return there == file.model_dump(exclude={"contents", "tests"})


def _stages(file: JourneyFile) -> dict[str, Stage]:
    faults = Faults()
    stages = {stage.slug: stage for stage in Stage.objects.all()}
    named = {"serves": file.serves, "leads_to": file.leads_to}
    for path, slug in named.items():
        if slug not in stages:
            faults.add(path, f"there is no stage {slug!r}; there are: {', '.join(stages)}")
    if faults.errors:
        raise FileError(faults.errors)
    return {path: stages[slug] for path, slug in named.items()}


def _store_tests(journey: Journey, tests: Sequence[TestShape] | None) -> bool:
    """Have the journey keep these tests and no others; whether that changes anything."""
    if tests is None:
        return False
    there = {test.name: test for test in KeptTest.objects.filter(journey=journey)}
    wanted = {test.name: test for test in tests}
    if len(wanted) < len(tests):
        raise FileError([{"path": "tests", "message": _("two tests have one name")}])
    gone = [there[name].pk for name in there.keys() - wanted.keys()]
    changed = bool(KeptTest.objects.filter(pk__in=gone).delete()[0])
    for number, test in enumerate(tests):
        old = there.get(test.name)
        if old is None or (old.terms, old.expects) != (test.terms, test.expects):
            changed = True
            try:
                kept.save_test(journey, test.name, test.terms, test.expects)
            except GraphError as error:
                raise _below(f"tests.{number}", error) from None
    return changed


def _below(path: str, error: GraphError) -> FileError:
    return FileError([{**one, "path": f"{path}.{one['path']}".strip(".")} for one in error.errors])


def _missing(file: JourneyFile) -> list[str]:
    wanted = {*file.contents, *needed(file.draft)}
    return sorted(wanted - set(Content.objects.filter(slug__in=wanted).values_list("slug", flat=True)))


def _differs(journey: Journey) -> bool:
    """Whether the draft is another than the live version."""
    live = journey.live_version
    return live is None or live.graph != journey.draft
