"""A command per file."""
