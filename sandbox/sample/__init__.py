"""The sample shop: a real grocer's year as Segment-shaped calls, and what Sette does for its customers."""
