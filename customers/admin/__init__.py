"""The pages of this app: sources, topics and exclusions; segments and stages with their rules."""

from customers.admin import (
    arrival,
    builder,
    holds,
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
    "holds",
    "ready_page",
    "repairs",
    "segment_pages",
    "segments",
    "stage_versions",
    "stages",
]
