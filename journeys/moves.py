"""Moving those inside from version to version: the map looked over, shown before, and asked for.

The moving itself is in journeys/moving.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config import work
from journeys.faults import Fault
from journeys.mapping import MapError, Moves, complete, faults_of
from journeys.models import Enrollment, Journey, JourneyVersion, Standing, VersionMove

Graphs = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """Of a preview: one step of an old version, how many stand there, and where they would go."""

    version: int
    step: str
    inside: int
    to: str | None
    is_mapped: bool

    @property
    def leaves(self) -> bool:
        """Whether they leave the journey."""
        return self.is_mapped and self.to is None

    @property
    def stays(self) -> bool:
        """Whether they keep the old version."""
        return not self.is_mapped


def standing_counts(journey_id: int) -> dict[int, dict[str, int]]:
    """By number of version and step: how many are inside. Plan: enrollment_at_step, of each version."""
    counts: dict[int, dict[str, int]] = {}
    numbers = dict(JourneyVersion.objects.filter(journey=journey_id).values_list("pk", "number"))
    rows = (
        Enrollment.objects.filter(version__in=list(numbers))
        .exclude(standing=Standing.ENDED)
        .order_by()
        .values_list("version", "step")
        .annotate(Count("pk"))
    )
    for version_id, step, many in rows:
        counts.setdefault(numbers[version_id], {})[step] = many
    return counts


def migration_preview(journey_id: int, moves: Moves, graph: Graphs) -> list[Line]:
    """Of each old version and step where somebody stands: how many, and where `moves` takes them.

    Those of versions that `moves` leaves out stay. MapError where it names what there is not.
    """
    versions = _versions(journey_id, moves)
    _raise([fault for number in moves for fault in faults_of(number, versions[number], graph, moves[number])])
    maps = {number: complete(versions[number], graph, steps) for number, steps in moves.items()}
    return [
        Line(number, step, many, maps.get(number, {}).get(step), step in maps.get(number, {}))
        for number, steps in sorted(standing_counts(journey_id).items())
        for step, many in sorted(steps.items())
    ]


def refuse_unplaced(lines: list[Line], moves: Moves) -> None:
    """MapError where somebody stands at a step of a version to be moved that its map leaves out."""
    _raise(
        [
            {"path": f"{line.version}.{line.step}", "message": _unplaced(line)}
            for line in lines
            if line.version in moves and not line.is_mapped
        ]
    )


def _unplaced(line: Line) -> str:
    words = ngettext(
        "%(many)d customer stands at this step: name the step of the new version to which they go, or null to"
        " let them leave",
        "%(many)d customers stand at this step: name the step of the new version to which they go, or null to"
        " let them leave",
        line.inside,
    )
    return words % {"many": line.inside}


def ask_moves(journey: Journey, to: JourneyVersion, moves: Moves, now: datetime) -> list[VersionMove]:
    """Have those inside old versions moved, in the caller's transaction. MapError tells why it can't be."""
    if to.number in moves:
        raise MapError([{"path": str(to.number), "message": _("is the version to which they are moved")}])
    versions = _versions(journey.pk, moves)
    refuse_unplaced(migration_preview(journey.pk, moves, to.graph), moves)
    VersionMove.objects.filter(
        journey=journey, from_version__number__in=list(moves), finished_at=None
    ).update(finished_at=now)  # a newer map takes the place of one that is still under way
    numbers = dict(JourneyVersion.objects.filter(journey=journey).values_list("number", "pk"))
    asked = [
        VersionMove.objects.create(
            journey=journey,
            from_version_id=numbers[number],
            to_version=to,
            steps=complete(versions[number], to.graph, steps),
            asked_at=now,
        )
        for number, steps in sorted(moves.items())
    ]
    work.wake("journeys.migrate")
    return asked


def _versions(journey_id: int, moves: Moves) -> dict[int, Graphs]:
    found = dict(
        JourneyVersion.objects.filter(journey=journey_id, number__in=list(moves)).values_list(
            "number", "graph"
        )
    )
    _raise(
        [
            {"path": str(number), "message": f"there is no version {number}"}
            for number in sorted(moves)
            if number not in found
        ]
    )
    return found


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise MapError(faults)
