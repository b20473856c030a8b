"""The pages of this app: sources, topics and exclusions; segments and stages with their rules."""

from customers.admin import arrival, holds, segments, stage_versions, stages

__all__ = ["arrival", "holds", "segments", "stage_versions", "stages"]
