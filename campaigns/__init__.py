"""One content to many at once: broadcasts to an audience."""
