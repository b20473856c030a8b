"""The pages of this app: sources, topics and exclusions; segments and stages with their rules."""

from customers.admin import arrival, builder, ready_page, repairs, segment_pages, segments, stages

__all__ = ["arrival", "builder", "ready_page", "repairs", "segment_pages", "segments", "stages"]
