"""Versions of the stage definitions: drafts, what they change, and how one comes into force."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Stage, StageVersion
from customers.segments import lock_definitions
from customers.stage_definitions import Definitions, Difference, differences, read, terms_of, written
from customers.stages import check_changes, save_stages


class VersionError(ValueError):
    """Only a draft can be changed or deleted; one that was in force is history."""


def definitions_in_force() -> Definitions:
    """All terms that count now, by stage key."""
    return written({stage.number: terms_of(stage) for stage in Stage.objects.all()})


def version_in_force() -> StageVersion | None:
    """The version that counts now."""
    return StageVersion.objects.exclude(number=None).order_by("-number").first()


def save_draft(
    given: Any, by: str, now: datetime, note: str = "", draft: StageVersion | None = None
) -> StageVersion:
    """Keep a draft: what `given` says of stages by key, else what the draft says, or what is in force.

    RuleError names what is no good: `use.rule.rules.0.value`. VersionError where it is no draft.
    """
    with transaction.atomic():
        lock_definitions()
        version = _draft(draft.pk) if draft else StageVersion()
        terms = read(given, version.definitions if draft else definitions_in_force())
        check_changes(Stage.objects.in_bulk(), terms, now)
        version.definitions, version.note = written(terms), note
        version.saved_by, version.saved_at = by, now
        version.save()
    return version


def delete_draft(version: StageVersion) -> None:
    """Forget a draft; VersionError where it is none."""
    with transaction.atomic():
        _draft(version.pk).delete()


def put_in_force(version: StageVersion, by: str, now: datetime, note: str = "") -> StageVersion:
    """Let a draft, or once more an older version, count from now on; returns the version that counts.

    A draft becomes it; of an older one it is a new version. RuleError where a rule is no good any more.
    """
    with transaction.atomic():
        lock_definitions()
        version.refresh_from_db()
        terms = read(version.definitions, version.definitions)
        if version.number is None:
            version.saved_by, version.note = by, note or version.note
            return save_stages(terms, now, version=version) or version
        told = note or _("As in version %(number)d") % {"number": version.number}
        return save_stages(terms, now, by, told) or version


def _draft(pk: int) -> StageVersion:
    version = StageVersion.objects.select_for_update().filter(pk=pk).first()
    if version is None or version.number is not None:
        raise VersionError(VersionError.__doc__)
    return version


def compare(version: StageVersion, with_version: StageVersion | None = None) -> list[Difference]:
    """What `version` would change: of the other one, or of what is in force."""
    base = with_version.definitions if with_version else definitions_in_force()
    return differences(base, version.definitions)


def terms_to_try(version: StageVersion, now: datetime) -> dict[int, dict[str, Any]]:
    """The terms of a version by stage number; RuleError where one is no good (any more)."""
    terms = read(version.definitions, version.definitions)
    check_changes(Stage.objects.in_bulk(), terms, now)
    return terms
