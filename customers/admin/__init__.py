"""The pages of this app: sources, topics and exclusions; segments and stages with their rules."""

from customers.admin import arrival, builder, segments, stages

__all__ = ["arrival", "builder", "segments", "stages"]
