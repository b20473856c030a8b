"""The pages of this app: sources, topics, exclusions; imports; privacy; segments, stages, their rules."""

from customers.admin import (
    arrival,
    builder,
    commerce,
    duplicates,
    holds,
    identifiers,
    imports,
    merges,
    privacy,
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
    "commerce",
    "duplicates",
    "holds",
    "identifiers",
    "imports",
    "merges",
    "privacy",
    "ready_page",
    "repairs",
    "segment_pages",
    "segments",
    "stage_versions",
    "stages",
]
