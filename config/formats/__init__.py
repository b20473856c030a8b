"""Dates and times as each language writes them, on every page."""
