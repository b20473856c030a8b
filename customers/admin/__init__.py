"""The pages of this app: sources, topics and exclusions; imports; segments and stages with their rules."""

from customers.admin import (
    arrival,
    builder,
    duplicates,
    holds,
    identifiers,
    imports,
    merges,
    ready_page,
    repairs,
    segment_pages,
    segments,
    stage_versions,
    stages,
)

__all__ = [
    "arrival",
    "builder",
    "duplicates",
    "holds",
    "identifiers",
    "imports",
    "merges",
    "ready_page",
    "repairs",
    "segment_pages",
    "segments",
    "stage_versions",
    "stages",
]
