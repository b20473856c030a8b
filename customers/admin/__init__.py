"""The pages of this app: sources, topics and exclusions; segments and stages with their rules."""

from customers.admin import arrival, builder, repairs, segment_pages, segments, stages

__all__ = ["arrival", "builder", "repairs", "segment_pages", "segments", "stages"]
